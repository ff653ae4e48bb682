/* SPDX-License-Identifier: MIT */
/*
 * How what is known of chunks gets from node to node: as text after messages, taken from and put
 * into the records that a speaker shares with its copier. On the node that leads, these are the
 * records of the whole copy; on others, of what was granted to them.
 */
#pragma once

#include "cluster/ledger.h"
#include "cluster/message.h"
#include "move/grants.h"
#include "move/record.h"

/* Chunks in one message: 1.5 MiB. */
enum { HASHES_MOST = 1 << 16 };

struct hashes {
    struct records *records; /* borrowed; NULL: there are none */
    bool gathered;           /* the leading node wants to know them */
    bool handed_out;         /* it sends what is known of what it grants */
    bool kept;               /* for a journal, as soon as the disk has the chunks */
    bool syncing;            /* some are on their way to the disk */
    double synced;           /* when that last began: seconds */
    struct ledger own;       /* what was granted to this node, as the only node in the ledger */
};

/* Returns 0 or -ENOMEM; hashes_release must follow either way. */
int hashes_init(struct hashes *hashes, struct records *records);
void hashes_release(struct hashes *hashes);

/* The announced copy begins, on the node that leads it or on another one. Returns false if there is
 * no room for what is to be known of it. */
bool hashes_begin(struct hashes *hashes, const struct announcement *announcement, bool leads);

/* The longest grant: bytes. */
off_t hashes_most(const struct announcement *announcement);

/* What is sent after a grant; *m gets its size. */
const void *hashes_behind(struct hashes *hashes, struct message *m);

/* The leading node takes in what another one reports of the range that the message names. False: it
 * is invalid. */
bool hashes_take_in(struct hashes *hashes, const struct message *m, const void *text);

/* This node, which isn't the leading one, was granted what *m says. False: what came with it is
 * invalid, or there is no memory. */
bool hashes_granted(struct hashes *hashes, const struct message *m, const void *text);

/* How they are sent to the leading node. */
struct hashes_sender {
    uint32_t round;
    void (*send)(void *arg, const struct message *m, const void *text);
    void *arg;
};

/* Sends what is known of all that was granted to this node, all of which the disk has, as far as it
 * hasn't been sent before. */
void hashes_tell(struct hashes *hashes, const struct hashes_sender *sender);

/* Called now and then while this node copies: if a journal is kept, has what is copied written to
 * the disk every few seconds, and sends what has got there. */
void hashes_look(struct hashes *hashes, struct grants *grants, double time,
                 const struct hashes_sender *sender);
