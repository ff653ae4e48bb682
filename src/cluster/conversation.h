/* SPDX-License-Identifier: MIT */
/*
 * What a speaker says to its copier, to other nodes and, if it is rank 0's, to itself; and what it
 * does with what it hears. Nothing here waits, and nothing fails: whoever can't be reached is gone,
 * which is noticed elsewhere.
 */
#pragma once

#include "cluster/dealer.h"
#include "cluster/hashes.h"
#include "cluster/member.h"
#include "cluster/verdict.h"
#include "cluster/wire.h"
#include "move/grants.h"

#include <stdbool.h>
#include <sys/types.h>

struct speaker {
    const struct wire *wire;
    const char *node;
    pid_t copier; /* 0: it is gone */
    int socket;
    int status; /* as the copier has ended */
    struct grants *grants;
    struct member member;
    struct hashes hashes;   /* of the copy that is under way */
    struct dealer dealer;   /* of rank 0 */
    bool leads;             /* a copy is under way, which rank 0, this one, leads */
    struct verdict verdict; /* on it */
    double began;           /* when its part did */
    char death[512];        /* how the copier has ended, in words; empty: it hasn't */
    double carried;         /* when the last parcel came */
    double asked;           /* when this process was asked to stop; 0: it wasn't */
    bool stopped;           /* rank 0's copier was asked to, as another node was */
    bool ended;
};

void conversation_tell_copier(struct speaker *speaker, const struct message *m, const void *text);

/* Acts on everything that has arrived from other nodes, or from the copier. False: nothing had. */
bool conversation_hear_nodes(struct speaker *speaker);
bool conversation_hear_copier(struct speaker *speaker);

/* Reports to rank 0 how far this node is, if it is time to. */
void conversation_say(struct speaker *speaker);

/* Tells those concerned that the copier is gone; `death` says how it ended. */
void conversation_tell_loss(struct speaker *speaker);

/* On rank 0: tells the copier the verdict once all nodes have ended their parts. */
void conversation_conclude(struct speaker *speaker);
