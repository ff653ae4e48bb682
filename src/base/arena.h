/* SPDX-License-Identifier: MIT */
/*
 * Memory that forked processes share, at the same addresses in all of them, so that pointers into
 * it mean the same to each. Only what is used of it takes memory. Who shares an arena keeps others
 * from it while it gets or puts.
 */
#pragma once

#include <stddef.h>

struct arena;

/* To be made before anything is forked. NULL: no memory. */
struct arena *arena_create(void);

/* `len` bytes of zeros, aligned to 16; NULL: there are none left. */
void *arena_get(struct arena *arena, size_t len);

/* Gives back what arena_get has given for the same `len`; NULL is fine. */
void arena_put(struct arena *arena, void *memory, size_t len);

void arena_destroy(struct arena *arena);
