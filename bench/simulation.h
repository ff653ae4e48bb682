/* SPDX-License-Identifier: MIT */
/*
 * A copy by several nodes as it would go, with the very dealer and members that a real one has, but
 * with nodes, a network and a file system that are only calculated: so there may be thousands.
 * Pure; the same seed gives the same copy.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct cluster {
    unsigned nodes;
    double node_rate; /* bytes per second that a node can move, limited by its network card or its
                         CPUs */
    double storage_rate; /* bytes per second that the file system takes from all of them together */
    double latency;      /* seconds that a message is on its way, including naps of the speakers */
    double serving;      /* seconds that rank 0's speaker needs for a message */
    unsigned group;      /* nodes that ask a speaker of their own, which asks rank 0's: a tree of
                            speakers, which mpcp hasn't; 0: none, all ask rank 0's */
    unsigned stragglers; /* how many nodes are slow */
    double slowness;     /* how many times as slow */
    double jitter;       /* by which fraction the rates of nodes differ at random */
    double fails;        /* when a node, chosen at random, fails: seconds; 0: none does */
    off_t bytes;         /* of the file */
    off_t chunk_len;
    double grant;  /* how many seconds a grant should last; 0: as in mpcp */
    unsigned jobs; /* workers of a node */
    uint64_t seed;
};

struct outcome_of_cluster {
    double time;       /* seconds until all had ended their part */
    double ideal;      /* the same if all had been busy all the time */
    double load;       /* the fraction of the time that rank 0's speaker was busy */
    double longest;    /* seconds that a message had to wait for it, at most */
    double idle;       /* the fraction of the time that nodes had nothing granted, on average */
    uint64_t messages; /* messages that rank 0 has heard */
    off_t copied;      /* bytes, by all nodes together */
};

/* Returns 0 or -ENOMEM. */
int simulation_run(const struct cluster *cluster, struct outcome_of_cluster *outcome);
