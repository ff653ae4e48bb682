/* SPDX-License-Identifier: MIT */
/*
 * The envoy: the crew's parent, which speaks with other nodes while all of them copy a tree. It
 * gives tasks away and takes some in, and sees to it that each node hears the outcome of its own;
 * the files are left to the crew. On the first node it leads (lead.h), on others it is a guest
 * (guest.h).
 */
#pragma once

#include "copy/partners.h"
#include "tree/errand.h"

#include <poll.h>

/* Tasks that another node was given. */
struct away {
    struct away *next;
    uint64_t id;
    unsigned node;
    struct task *tasks; /* this node's own; NULL: they are `from`'s */
    unsigned from;      /* the node whose tasks they are */
    uint64_t from_id;   /* its number for them */
};

/* What a leader and a guest do differently. */
struct envoy_role {
    /* An errand has come, whose text is borrowed. */
    void (*take)(struct envoy *envoy, unsigned node, struct errand_text *text);

    /* Any other parcel has come; its kind is already unpacked. */
    void (*hear)(struct envoy *envoy, unsigned node, enum parcel_kind kind,
                 struct unpacking *parcel);

    /* The copying process of a node is gone, as the sentence says; NULL: this node's speaker is. */
    void (*lose)(struct envoy *envoy, unsigned node, const char *sentence);

    /* All that has come has been heard: what follows from it? */
    void (*act)(struct envoy *envoy);
};

struct envoy {
    struct hand *hand;
    const struct partners *partners;
    const struct envoy_role *role;
    struct errand_view view;
    uint64_t errands;       /* that were given away, ever */
    struct away *away;      /* those that haven't ended */
    struct errand *ended;   /* done here, but not yet reported to their nodes */
    double barren;          /* until then nothing is given away: what there is must stay here */
    bool relays;            /* the first node prints what the crew says */
    uint64_t unheard;       /* bytes of it that haven't been printed yet */
    struct packing said[2]; /* what is to be sent of it, by stream */
    bool stopped;           /* nothing more is to be done here */
    bool cut_off;           /* there is nobody left to speak with */
    bool heeded;            /* the role knows of that */
};

/* --- for the crew's parent --- */

enum { ENVOY_FDS = 2 };

/* What to wait for, and how long at most: milliseconds. */
void envoy_watch(const struct envoy *envoy, struct pollfd fds[ENVOY_FDS]);
int envoy_patience(const struct envoy *envoy);

/* Does the first node print what this crew says; can it take more; and: here is a line of it. */
bool envoy_relays(const struct envoy *envoy);
bool envoy_can_relay(const struct envoy *envoy);
void envoy_relay(struct envoy *envoy, int stream, const char *line, size_t len);

/* Are the crew's processes to stop? */
bool envoy_is_stopped(const struct envoy *envoy);

/* Notes what has ended; then the crew's lines are relayed, and then, if these were `all` of them,
 * envoy_turn reports the ends. It also hears and does whatever else has come. */
void envoy_note_ended(struct envoy *envoy);
void envoy_turn(struct envoy *envoy, bool all);

/* --- for roles --- */

/* Begins and releases what both roles have. Returns false if it can't be begun. */
bool envoy_init(struct envoy *envoy, struct hand *hand, const struct envoy_role *role);
void envoy_release(struct envoy *envoy);

/* Packs the kind of a parcel. */
struct packing envoy_pack(enum parcel_kind kind);

/* Sends a parcel, and frees it. */
void envoy_send(struct envoy *envoy, unsigned node, struct packing *parcel);

/* Sends one that holds one number. */
void envoy_tell(struct envoy *envoy, unsigned node, enum parcel_kind kind, uint64_t number);

/* Gives a node tasks of this node's queue: at most so many, or some that are bound. Returns how
 * many. */
uint64_t envoy_give(struct envoy *envoy, unsigned node, uint64_t most);
uint64_t envoy_give_bound(struct envoy *envoy, unsigned node);

/* Errands that haven't ended. */
size_t envoy_count_away(const struct envoy *envoy);

/* Hands on what has come from another node. */
void envoy_hand_on(struct envoy *envoy, unsigned node, unsigned from, struct errand_text *text);

/* Does it here. */
void envoy_take_in(struct envoy *envoy, unsigned from, const struct errand_text *text);

/* What a node was given won't be ended there; what it has asked for no longer matters. */
void envoy_give_up(struct envoy *envoy, unsigned node);

/* Tasks of this node's queue that another node could do; and processes that have none. */
uint64_t envoy_length(const struct envoy *envoy);
uint64_t envoy_idle(const struct envoy *envoy);
