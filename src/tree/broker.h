/* SPDX-License-Identifier: MIT */
/*
 * Pure: which node gets tasks from which. A node that has nothing to do is given half of what the
 * node with the longest queue can spare. While all are busy, nothing is moved, except for one task
 * in advance to a node whose queue is empty.
 */
#pragma once

#include "tree/parcel.h"

/* A node, as the first one knows it. One that is all zeros takes no part. */
struct place {
    bool open;            /* it takes part */
    uint64_t jobs;        /* its processes */
    struct state state;   /* as it has reported */
    uint64_t sent;        /* tasks that were sent to it, ever */
    uint64_t asked;       /* requests for some, ever: at most one is unanswered */
    unsigned beneficiary; /* the node for which the unanswered one is */
    uint64_t promised;    /* how many it asks for */
    uint64_t coming;      /* how many were requested from others for this one */
};

struct broker {
    unsigned nodes;
    struct place *places; /* one per node */
};

/* Tasks to be moved from one node to another, at most so many. */
struct deal_of_tasks {
    unsigned from, to;
    uint64_t count;
};

/* Could any node do with more than it has? */
bool broker_wants(const struct broker *broker);

/* What should be moved next; false: nothing. Whoever does it reports it by one of the following. */
bool broker_next(const struct broker *broker, struct deal_of_tasks *deal);

/* Has only the first node anything to do? */
bool broker_others_rest(const struct broker *broker);

/* So many tasks were sent to a node. */
void broker_sent(struct broker *broker, unsigned node, uint64_t count);

/* The node that the tasks are to come from was asked for them. */
void broker_asked(struct broker *broker, const struct deal_of_tasks *deal);

/* A node has reported how far it is. */
void broker_hear(struct broker *broker, unsigned node, const struct state *state);

/* A node no longer takes part. */
void broker_lose(struct broker *broker, unsigned node);
