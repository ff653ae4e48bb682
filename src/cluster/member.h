/* SPDX-License-Identifier: MIT */
/*
 * What the speaker of a node, including rank 0's, does about a copy: it asks for grants before
 * those it has are used up, reports how far the node is, and that its part has ended. Pure, like
 * the dealer.
 */
#pragma once

#include "cluster/message.h"
#include "move/grants.h"

struct member {
    bool busy;       /* a copy has begun here, and its part hasn't ended */
    bool joined;     /* the copier has opened what there is to be copied */
    bool asked;      /* it has asked, and no answer has come */
    bool last;       /* there will be no more grants */
    bool called_off; /* the copy has failed */
    uint32_t round;
    off_t latest; /* bytes of the latest grant */
    double told;  /* when it last reported how far it is: seconds */
};

/* What is to be done with the node's grants. */
enum order {
    ORDER_NOTHING,
    ORDER_GIVE,     /* what the message says */
    ORDER_LAST,     /* there are no more */
    ORDER_CALL_OFF, /* nothing more may be begun */
};

/* Copy number `round` begins here. */
void member_begin(struct member *member, uint32_t round, double time);

/* Hears a message of rank 0 about a copy. */
enum order member_hear(struct member *member, const struct message *message);

/* How far the workers of a node are. */
struct standing {
    unsigned jobs; /* how many there are; 0: they haven't begun */
    off_t claimed; /* bytes that they have begun */
    off_t done;    /* bytes of these that they had finished a moment ago */
    off_t left;    /* bytes that were granted, but not begun */
    bool room;     /* more can be granted */
};

/* As it is in the memory that is shared with the workers. */
struct standing member_standing(const struct grants *grants);

/* Is there something to report to rank 0? */
bool member_says(struct member *member, const struct standing *standing, double time,
                 struct message *message);

/* The copier says that the part has ended: what to report to rank 0. */
struct message member_part(struct member *member, enum part_end end, off_t done);
