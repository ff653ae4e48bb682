/* SPDX-License-Identifier: MIT */
/* What rank 0 tells its copier of a copy when all nodes have ended their parts. */
#pragma once

#include "cluster/message.h"

struct verdict {
    unsigned nodes;
    bool failed;    /* one node has failed; otherwise, if not everything is there, count was lost */
    char *sentence; /* why; allocated, NULL: nothing that can be said */
    bool spoilt;    /* no later run may build on what is there */
    struct contribution *account; /* of each node; allocated */
};

/* Returns 0 or -ENOMEM; verdict_release must follow either way. */
int verdict_init(struct verdict *verdict, unsigned nodes);
void verdict_release(struct verdict *verdict);

/* Forgets everything, for the copy that begins. */
void verdict_begin(struct verdict *verdict);

/* Notes what a node's message says of its part. Only the first failure counts. */
void verdict_hear(struct verdict *verdict, unsigned node, const struct message *m,
                  const char *text);

/* The message, and, borrowed, its text. `whole`: all of the copy is there. */
const void *verdict_tell(const struct verdict *verdict, bool whole, struct message *over);

/* Of a copier that ended with that wait status, before it said why. */
void verdict_on_death(char *text, size_t room, pid_t pid, int status, const char *node);
