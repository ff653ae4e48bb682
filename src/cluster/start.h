/* SPDX-License-Identifier: MIT */
/* What all ranks must have in common before any of them does anything. */
#pragma once

#include <stdint.h>

enum { START_NODE = 64 };

struct start {
    uint64_t version;   /* hashes: of the program */
    uint64_t arguments; /* of its arguments */
    uint64_t sources;   /* of the kinds, sizes and times of the sources: not of their numbers, for
                           those of devices differ from machine to machine */
    char node[START_NODE]; /* the machine's name */
};

/* Those of this process, whose sources are the first `count` of `operands`. */
struct start start_look(int argc, char *const *argv, const char *const *operands, int count);

/* The sentence about the first rank that differs from rank 0, allocated; NULL: none does. */
char *start_compare(const struct start *starts, unsigned ranks);
