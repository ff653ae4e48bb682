/* SPDX-License-Identifier: MIT */
/*
 * Memory that forked processes share, and that an unrelated process can look at: a memfd, if there
 * can be one, which that process finds below /proc by its name (see sighting.h).
 */
#pragma once

#include <stddef.h>

/* `len` bytes of zeros. *fd becomes the memfd, for its owner to close; -1: there is none, and
 * nobody else sees it. NULL and errno: no memory. */
void *visible_create(const char *name, size_t len, int *fd);

void visible_destroy(void *memory, size_t len);
