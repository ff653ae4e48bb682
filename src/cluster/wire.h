/* SPDX-License-Identifier: MIT */
/* How messages get from rank to rank. Nothing in it waits for anybody. */
#pragma once

#include "cluster/message.h"

struct wire {
    unsigned ranks, rank;
    unsigned nodes, node; /* node 0 is rank 0's */
    unsigned ranks_here;  /* of this node */
    bool speaks;          /* this rank is the first of its node, which alone gets any message but
                             MESSAGE_END */

    /* Sends to the speaker of a node. If it can't be sent, the program ends, as the launcher ends
     * it when a rank is lost. */
    void (*send)(void *arg, unsigned node, const struct message *message, const void *text);

    /* Sends MESSAGE_END to all other ranks. */
    void (*end)(void *arg);

    /* Is there a message? If so, *node is the sender's, and *letter holds it. */
    bool (*receive)(void *arg, unsigned *node, struct letter *letter);
    void *arg;
};
