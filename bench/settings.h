/* SPDX-License-Identifier: MIT */
/* What the user asked for. */
#pragma once

#include "methods.h"
#include "subject.h"

#include <limits.h>

enum { SETTINGS_SUBJECTS = 16, SETTINGS_JOBS = 32, SETTINGS_METHODS = 64 };

struct settings {
    const char *directory;
    struct subject subjects[SETTINGS_SUBJECTS]; /* what is copied: either files or trees */
    size_t subject_count;
    bool tree; /* they are trees */
    unsigned jobs[SETTINGS_JOBS];
    size_t jobs_count;
    const struct method *table; /* all methods for that */
    const struct method
        *methods[SETTINGS_METHODS]; /* the chosen ones; the reference is the first */
    size_t method_count;
    unsigned rounds;
    uint64_t seed; /* of the order */
    bool cold, fsync;
    bool forget;             /* cold: the kernel forgets everything, not only the source's pages */
    bool syscalls;           /* count system calls, too */
    unsigned time;           /* seconds for the rounds of each subject; 0: as long as they take */
    unsigned idle;           /* seconds of rest before each run; 0: back to back */
    const char *json, *plot; /* files to write, or NULL */
    char mpcp[PATH_MAX];     /* the binary: a path, or a name to look for along PATH */
    bool list;               /* only list the methods */
    bool costs;              /* also print what engines cost */
};

/*
 * Reads the command line; --help ends the program. The settings are valid until the program ends.
 * Returns 0, or -EINVAL with the trouble said.
 */
int settings_parse(int argc, const char **argv, const struct settings **settings,
                   struct trouble *trouble);
