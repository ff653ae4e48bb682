/* SPDX-License-Identifier: MIT */
/*
 * Errands: tasks of one directory that one node does for another. The node that gives them away
 * keeps what is known of the directory, in which they are still pending; the node that does them
 * has records of everything above them, but neither begins these directories nor ends them.
 */
#pragma once

#include "tree/hand.h"
#include "tree/parcel.h"

/* One that is being done here, in memory that the crew shares. */
struct errand {
    struct errand *next;
    uint64_t id;   /* its number on its own node */
    unsigned from; /* that node */
};

/* Which side's inode numbers are the same on all nodes: where they aren't, they aren't sent. */
struct errand_view {
    bool same[2];
};

/* May another node do a task? For queue_give. */
bool errand_fits(void *arg, const struct task *task);

/* Packs a list of them. */
void errand_describe(struct packing *packing, uint64_t id, bool bound, const struct task *list,
                     const struct errand_view *view);

/* Pushes the tasks of an errand that has come from a node. Returns false without memory. */
bool errand_accept(struct hand *hand, unsigned from, const struct errand_text *text,
                   const struct errand_view *view);

/* Everything that was asked for in a folder is done. */
void errand_end(struct queue *queue, struct folder *folder);

/* Takes those that have ended, a list; each is freed by errand_forget. */
struct errand *errand_take_ended(struct queue *queue);
void errand_forget(struct queue *queue, struct errand *errand);
