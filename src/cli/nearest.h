/* SPDX-License-Identifier: MIT */
/* Which option was meant by a name that doesn't exist. Pure. */
#pragma once

#include <stddef.h>

struct option;

/* The option of `rows` (see cli/table.h) whose name is the first `len` bytes of `name`, except for
 * one slip: an extra letter, a missing one, a wrong one, or two that are swapped. NULL: there is
 * none. */
const struct option *nearest_find(const struct option *rows, const char *name, size_t len);
