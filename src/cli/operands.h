/* SPDX-License-Identifier: MIT */
/* From operands to pairs of source and destination, as cp reads them. */
#pragma once

#include "cli/options.h"

#include <stdbool.h>
#include <sys/types.h>

struct pair {
    const char *src;      /* borrowed from the operands */
    char *dst;            /* allocated; NULL: this source was refused, which has been said */
    struct pair *earlier; /* an earlier one that gets the same destination; NULL: none */
    bool later;           /* a later one gets the same destination */
    bool way_exists; /* with --parents: all directories that the destination is in existed before */
    /* Set by whoever copies it: */
    bool made;         /* its destination is a copy, by this or an earlier pair */
    bool skipped;      /* it was left as it was */
    off_t bytes, kept; /* as in struct copy_result */
};

/*
 * Makes a pair of every source; if one is named twice, only of the first, after a warning (unless
 * -q). Returns 0, or the status to exit with, after printing a sentence. *pairs is allocated,
 * *count long.
 */
int operands_pair(const struct options *options, struct pair **pairs, int *count);
void operands_release(struct pair *pairs, int count);
