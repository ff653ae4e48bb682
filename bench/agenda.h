/* SPDX-License-Identifier: MIT */
/* What is going to happen in a simulation, the next first. */
#pragma once

#include "cluster/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
    EVENT_SPEAK,  /* a node looks whether there is something to say */
    EVENT_HEAR,   /* a message has come to a speaker that grants */
    EVENT_ANSWER, /* a message has come to the one who asks there: a node, or the speaker of a group
                   */
    EVENT_FAIL,   /* a node fails */
};

struct event {
    double time;
    uint64_t order; /* of events at the same time, the one that was planned first comes first; set
                       here */
    enum event_kind kind;
    unsigned to;   /* to whom it happens */
    unsigned seat; /* of a message that has come: who has sent it */
    bool grants;   /* is the receiver of an answer a speaker that grants? */
    struct message message;
};

/* All zeros: an empty one. */
struct agenda {
    struct event *heap; /* allocated */
    size_t count, room;
    uint64_t planned;
    bool full; /* there was no memory for one */
};

void agenda_plan(struct agenda *agenda, struct event event);

/* Takes the next; there must be one. */
struct event agenda_take(struct agenda *agenda);

void agenda_release(struct agenda *agenda);
