/* SPDX-License-Identifier: MIT */
/* Finds the zeros in data, for --sparse=always. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { ZEROS_BLOCK = 4096 }; /* bytes: the smallest hole that is made */

/* Is there nothing but zeros in it? True if len is 0. */
bool zeros_only(const char *data, size_t len);

/*
 * The first run of data that is not zeros: whole blocks of ZEROS_BLOCK bytes (the last may be
 * shorter) from *begin to *end, which are offsets in `data`; the search starts at *begin. Returns
 * false when only zeros are left.
 */
bool zeros_next_data(const char *data, size_t len, size_t *begin, size_t *end);
