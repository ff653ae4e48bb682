/* SPDX-License-Identifier: MIT */
/* The tables of ways to copy that are compared. */
#pragma once

#include "together.h"
#include "trouble.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One copy to make: dst does not exist yet. */
struct task {
    const char *mpcp; /* the binary */
    const char *src, *dst;
    uint64_t size;
    unsigned jobs; /* 0 for a method that has none, or that should choose */
    bool fsync;
    bool tree;
    /* For commands, and NULL while they are measured: */
    struct together *together; /* to be filled in with the memory of all processes */
    const char *calls; /* a file into which strace should write how many system calls there were */
};

/* What it took. For memcpy, seconds and cpu_seconds are of the copying alone (see memory.h). */
struct measurement {
    double seconds; /* by the clock, from the start of the first process to the end of the last */
    double cpu_seconds;  /* user and system, all processes */
    uint64_t peak_bytes; /* the most memory resident in any single process */
};

enum { METHOD_ARGUMENTS = 13 }; /* with the NULL at the end */

struct method {
    const char *name; /* as in --methods */
    const char *help;
    /* Makes the copy and measures it. Returns 0, or -errno with the trouble said. */
    int (*run)(const struct method *method, const struct task *task,
               struct measurement *measurement, struct trouble *trouble);
    bool by_default;    /* runs when --methods does not say which */
    bool has_jobs;      /* runs once for each of --jobs */
    bool moves_nothing; /* leaves no copy to compare */
    bool in_memory;     /* copies no file: there is no destination, and it needs twice the size in
                           memory */

    /* For commands, ended by NULL: "@MPCP", "@SRC", "@DST" and "@JOBS" at the end of an argument
     * stand for the task's; an argument with "@JOBS" is left out if the task has none. */
    const char *argv[METHOD_ARGUMENTS];
    const char *fsync_argument; /* the first argument for --fsync; NULL: run sync(1) afterwards */
    /* For read and write. */
    size_t buffer;
    /* For memcpy. */
    bool fresh; /* the destination's pages are not there yet */
};

/* The ways to copy a file, and those to copy a tree (tree_methods.c). Each table is ended by a NULL
 * name. The first method of each is the reference, with which all others are compared. */
extern const struct method methods[], tree_methods[];

/* The method of that name in a table, or NULL. */
const struct method *methods_find(const struct method *table, const char *name);

/* Prints names and help of a table, one per line. */
void methods_list(FILE *file, const struct method *table);
