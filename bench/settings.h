/* SPDX-License-Identifier: MIT */
/* What the user asked for. */
#pragma once

#include "methods.h"

#include <limits.h>

enum { SETTINGS_SIZES = 16, SETTINGS_JOBS = 32, SETTINGS_METHODS = 64 };

struct settings {
    const char *directory;
    uint64_t sizes[SETTINGS_SIZES]; /* bytes, each > 0 */
    size_t size_count;
    unsigned jobs[SETTINGS_JOBS];
    size_t jobs_count;
    const struct method *methods[SETTINGS_METHODS]; /* the reference is always among them */
    size_t method_count;
    unsigned rounds;
    uint64_t seed; /* of the order */
    bool cold, fsync;
    unsigned idle;           /* seconds of rest before each run; 0: back to back */
    const char *json, *plot; /* files to write, or NULL */
    char mpcp[PATH_MAX];     /* the binary: a path, or a name to look for along PATH */
    bool list;               /* only list the methods */
    bool costs;              /* print what engines cost, too */
};

/*
 * Reads the command line; --help ends the program. Lives until the program ends. Returns 0, or
 * -EINVAL with the trouble said.
 */
int settings_parse(int argc, const char **argv, const struct settings **settings,
                   struct trouble *trouble);
