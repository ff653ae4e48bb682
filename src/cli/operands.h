/* SPDX-License-Identifier: MIT */
/* From operands to pairs of source and destination, as cp reads them. */
#pragma once

#include "cli/options.h"

#include <stdbool.h>

struct pair {
    const char *src;      /* borrowed from the operands */
    char *dst;            /* allocated; NULL: this source was refused, and that has been said */
    struct pair *earlier; /* one before it that gets the same destination; NULL: none */
    bool later;           /* there is one after it that does */
    bool
        way_exists; /* of --parents: all directories that the destination is in were there before */
    bool made;      /* set by who copies it: its destination is a copy, of it or an earlier one */
};

/*
 * Makes a pair of every source, but of one that is named twice only the first time, after a warning
 * (but with -q). Returns 0, or the status to exit with, a sentence having been printed. *pairs is
 * allocated, *count long.
 */
int operands_pair(const struct options *options, struct pair **pairs, int *count);
void operands_release(struct pair *pairs, int count);
