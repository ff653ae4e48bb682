/* SPDX-License-Identifier: MIT */
/* The process of a node that copies: rank 0's is the program as it is on one machine, except that
 * it has the other nodes join in large files and trees; theirs wait for that. */
#pragma once

#include "copy/copy.h"
#include "copy/partners.h"

struct copier_programs {
    /* All that rank 0's copier does; returns the status to exit with. `jobs` is how many workers
     * this node should have, 0: as it chooses. */
    int (*lead)(void *arg, const struct partners *partners, unsigned jobs);

    /* What other nodes do for a tree when its first parcel, which is borrowed, has come. Returns 0,
     * or -errno if they can do nothing more. */
    int (*join_tree)(void *arg, const struct partners *partners, unsigned jobs,
                     const struct parcel *first);
    void *arg;
};

/*
 * What the process that was forked for it runs: `socket` leads to the speaker, with which it shares
 * `grants`. `rules` are those of the command line. Returns the status to exit with.
 */
int copier_run(int socket, struct grants *grants, const struct copy_rules *rules,
               const struct copier_programs *programs);
