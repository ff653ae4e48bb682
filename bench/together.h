/* SPDX-License-Identifier: MIT */
/* How much memory the processes of a command take together, looked at from outside while it runs.
 * Looking takes time, so nothing else should be measured at the same time. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum {
    TOGETHER_INTERVAL = 50, /* ms from one look to the next */
    TOGETHER_ENOUGH = 4 /* fewer looks mean nothing: the first comes before the command begins */
};

/* The most that was seen. */
struct together {
    unsigned looks;
    uint64_t pss_bytes; /* what several processes share counts once */
    uint64_t rss_bytes; /* what several processes share counts for each */
};

/* Looks at all processes of this process group now. */
void together_look(struct together *together, pid_t group);

/* The process group in a line of /proc/PID/stat; -1 if there is none. Pure. */
pid_t together_group(const char *stat);

/* Adds what a smaps_rollup of /proc says of one process. Pure. */
void together_add(struct together *sum, FILE *rollup);
