/* SPDX-License-Identifier: MIT */
/* All runs of all methods with one subject, and their outcome. */
#pragma once

#include "calls.h"
#include "settings.h"
#include "statistics.h"
#include "workspace.h"

/* A method with a number of jobs. */
struct cell {
    const struct method *method;
    unsigned jobs; /* 0 for a method that has none */
    bool left_out; /* it can't be done here, or not in time: only `why` is set below */
    char why[160]; /* why that is so; or why something was not found out in a separate run */
    struct measurement *runs; /* one per round */
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
    unsigned rounds;      /* that ran, 1 or more: fewer than asked for, if time was up */
    uint64_t not_evicted; /* the most bytes of the source that stayed in memory before a cold run */
};

/*
 * Makes the source, unless it is there, runs every cell once in each round, in random order,
 * compares each copy, and removes what it made. Trees are copied once more by each cell to see how
 * much memory its processes take together, and once more for its system calls, if those are wanted.
 * Returns 0, or -errno with the trouble said. series_free must follow in either case.
 */
int series_run(struct series *series, const struct settings *settings,
               const struct subject *subject, const struct workspace *workspace, struct prng *prng,
               struct trouble *trouble);
void series_free(struct series *series);

/* The cell that ratios refer to. */
const struct cell *series_reference(const struct series *series);

/* Makes the trouble the cell's own: the cell says it, and it is no longer noted as trouble. */
void series_explain(struct cell *cell, struct trouble *trouble);

/* Is speed given in files per second, rather than in bytes? And that speed. */
bool series_is_tree(const struct series *series);
double series_files_per_second(const struct series *series, double seconds);

/* Fills `sorted`, which has room for series->count, with the cells that ran, fastest median first,
 * and returns their number. */
size_t series_sort(const struct series *series, const struct cell **sorted);

/* "mpcp-mmap" or "mpcp-mmap, 4 jobs", written to buf. */
enum { SERIES_NAME = 64 };
const char *series_name(const struct cell *cell, char buf[SERIES_NAME]);
