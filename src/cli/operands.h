/* SPDX-License-Identifier: MIT */
/* From operands to pairs of source and destination, as cp reads them. */
#pragma once

#include <stdbool.h>

struct pair {
    const char *src; /* borrowed from the operands */
    char *dst;       /* allocated; NULL: this source was refused, and that has been said */
};

/*
 * Makes a pair of every source. `directory` (-t) may be NULL; `never_directory` is -T. Returns 0,
 * or the status to exit with, one sentence having been printed. *pairs is allocated, *count long.
 */
int operands_pair(const char **operands, int operand_count, const char *directory,
                  bool never_directory, struct pair **pairs, int *count);
void operands_release(struct pair *pairs, int count);
