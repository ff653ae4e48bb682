/* SPDX-License-Identifier: MIT */
/*
 * Memory that forked processes share, at the same addresses in all of them, so that pointers into
 * it mean the same to each. Only what is used of it takes memory. Processes that share an arena
 * must not get from it or put back into it at the same time: the caller keeps the others out.
 */
#pragma once

#include <stddef.h>

struct arena;

/* Must be made before anything is forked. NULL: no memory. */
struct arena *arena_create(void);

/* `len` bytes of zeros, aligned to 16; NULL: none are left. */
void *arena_get(struct arena *arena, size_t len);

/* Gives back what arena_get returned for the same `len`; NULL is fine. */
void arena_put(struct arena *arena, void *memory, size_t len);

void arena_destroy(struct arena *arena);
