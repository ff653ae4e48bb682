/* SPDX-License-Identifier: MIT */
/*
 * What rank 0 makes of the nodes' messages while a copy is under way: it grants ranges, keeps the
 * first failure, and knows when all have ended their part. Pure: time is handed in, messages are
 * handed out.
 */
#pragma once

#include "cluster/cursor.h"
#include "cluster/ledger.h"
#include "cluster/message.h"

/* A node, as rank 0 knows it. */
struct seat {
    bool joined, ended; /* it has asked for the first time; it has ended its part */
    off_t done;         /* bytes */
    off_t begun;        /* how many it had begun when its rate was last calculated */
    double time;        /* when that was: seconds */
    double rate;        /* bytes per second; 0: not known */
};

struct dealer {
    unsigned nodes;
    uint32_t round;
    struct cursor cursor;
    off_t most;    /* bytes of a grant */
    bool notes;    /* who was granted what, in the ledger */
    bool verifies; /* it grants what is in the ledger, to other nodes than before */
    struct ledger ledger;
    bool failed; /* nothing more is granted */
    unsigned ended;
    off_t done;         /* bytes, by all together */
    double rate;        /* of all those together */
    unsigned known;     /* whose rates are known */
    double seconds;     /* how long a grant should last */
    struct seat *seats; /* one seat per node; allocated */
};

/* What is to be done about a message. */
enum deal {
    DEAL_NOTHING,
    DEAL_ANSWER, /* send *answer to the node that it came from */
    DEAL_STOP,   /* send *answer to all nodes; what failed is what the message says */
};

/* Returns 0 or -ENOMEM; dealer_release must follow either way. */
int dealer_init(struct dealer *dealer, unsigned nodes);
void dealer_release(struct dealer *dealer);

/* Begins copy number `round`, of `bytes` bytes of data. */
void dealer_begin(struct dealer *dealer, uint32_t round, off_t bytes, off_t unit);

/* From now on it notes to whom what of that copy is granted; no grant is longer than `most`. */
void dealer_note(struct dealer *dealer, off_t most);

/* Begins, as round number `round`, the verification of what it has noted of the latest copy: each
 * range is verified by another node than the one that it was granted to. */
void dealer_begin_verifying(struct dealer *dealer, uint32_t round);

/* Hears a message of `node`, at `time`. */
enum deal dealer_hear(struct dealer *dealer, unsigned node, const struct message *message,
                      double time, struct message *answer);

/* Bytes that all nodes but this one have finished. */
off_t dealer_elsewhere(const struct dealer *dealer, unsigned node);

/* Have all ended their part? */
bool dealer_is_over(const struct dealer *dealer);

/* And is everything there, by what they say? */
bool dealer_is_whole(const struct dealer *dealer);
