/* SPDX-License-Identifier: MIT */
/* All runs of all methods with one subject, and what they come to. */
#pragma once

#include "calls.h"
#include "settings.h"
#include "statistics.h"
#include "workspace.h"

/* A method with a number of jobs. */
struct cell {
    const struct method *method;
    unsigned jobs; /* 0 for a method that has none */
    bool left_out; /* it can't be done here: only `why` is set below */
    char why[160]; /* that is so; or why something was not found out in a run of its own */
    struct measurement *runs; /* one each round */
    struct summary seconds;
    double cpu_seconds;  /* the median */
    uint64_t peak_bytes; /* the maximum */
    /* Only of trees: */
    struct shortfall shortfall; /* of the first copy */
    struct together together;
    struct calls calls; /* all 0: not counted */
};

struct series {
    const struct subject *subject;
    uint64_t size; /* of the source: bytes in all its files */
    struct census census;
    struct cell *cells;
    size_t count;
    unsigned rounds;
    uint64_t not_evicted; /* the most bytes of the source that stayed in memory before a cold run */
};

/*
 * Makes the source, runs every cell once each round in an order of its own, compares each copy, and
 * removes what it made. Trees are copied once more by each cell to see how much memory its
 * processes take together, and once more for its system calls, if those are wanted. Returns 0, or
 * -errno with the trouble said. series_free must follow in either case.
 */
int series_run(struct series *series, const struct settings *settings,
               const struct subject *subject, const struct workspace *workspace, struct prng *prng,
               struct trouble *trouble);
void series_free(struct series *series);

/* The cell that ratios refer to. */
const struct cell *series_reference(const struct series *series);

/* Has the cell say why, as the trouble does, and takes it from there. */
void series_explain(struct cell *cell, struct trouble *trouble);

/* Whether speed is told in files a second, and not in bytes; and that speed. */
bool series_is_tree(const struct series *series);
double series_files_per_second(const struct series *series, double seconds);

/* Fills `sorted`, which has room for series->count, with the cells that ran, fastest median first,
 * and returns how many they are. */
size_t series_sort(const struct series *series, const struct cell **sorted);

/* "mpcp-mmap" or "mpcp-mmap, 4 jobs", written to buf. */
enum { SERIES_NAME = 64 };
const char *series_name(const struct cell *cell, char buf[SERIES_NAME]);
