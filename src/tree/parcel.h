/* SPDX-License-Identifier: MIT */
/*
 * What the envoys of several nodes send each other while they copy a tree: numbers and texts, one
 * after the other. Whoever unpacks one trusts nothing in it: what is invalid is refused.
 */
#pragma once

#include "base/file_id.h"
#include "tree/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum parcel_kind {
    /* from the first node to another */
    PARCEL_BEGIN, /* a tree: what proves that both nodes see the same files */
    PARCEL_ASK,   /* asks for tasks; number: how many */
    PARCEL_HEARD, /* what it has said was printed; number: bytes */
    PARCEL_STOP,  /* nothing more may be done; then as PARCEL_CLOSE */
    PARCEL_CLOSE, /* the tree is done */

    /* from another node to the first */
    PARCEL_READY,  /* it takes part; number: its processes; text: its name */
    PARCEL_REFUSE, /* it can't; text: why */
    PARCEL_STATE,  /* reports how far it is */
    PARCEL_LINES,  /* to be printed; number: 1: on stderr; text */
    PARCEL_CLOSED, /* nothing follows; its state */

    /* in either direction */
    PARCEL_ERRAND, /* tasks */
    PARCEL_END,    /* the end of an errand; number: its id; and a second one: it wasn't done */
    PARCEL_KINDS,
};

/* --- numbers and texts --- */

/* A parcel while it is packed; all zeros at first. */
struct packing {
    char *bytes; /* allocated */
    size_t len, room;
    bool failed; /* for lack of memory: it is worthless */
};

void pack_bytes(struct packing *packing, const void *bytes, size_t len);
void pack_number(struct packing *packing, uint64_t number);
void pack_text(struct packing *packing, const char *text, size_t len);

/* A parcel while it is unpacked. */
struct unpacking {
    const char *at, *end;
    bool failed; /* it holds less than was asked for, or something else */
};

/* They return 0, or an empty text, once it has failed. Texts are borrowed, and end with a NUL. */
uint64_t unpack_number(struct unpacking *unpacking);
const char *unpack_text(struct unpacking *unpacking, size_t *len);

/* One without a NUL in it. */
const char *unpack_name(struct unpacking *unpacking);

/* Has it not failed, and is nothing left? */
bool unpacked_all(const struct unpacking *unpacking);

/* --- errands --- */

enum { ERRAND_MOST = 256 }; /* tasks of one */

/* One directory on the way to where the tasks are; the first is an operand. */
struct errand_step {
    const char *name, *dst_name;
    uint64_t inodes[2]; /* by side */
    bool made;          /* the destination's is new */
};

struct errand_item {
    enum task_kind kind;
    bool huge;
    const char *name, *dst_name;
};

/* Tasks of one directory, for another node. What it points to is borrowed, except for the lists. */
struct errand_text {
    uint64_t id;
    bool bound;       /* for the first node alone */
    const char *root; /* the path that the destinations' names follow */
    size_t depth, count;
    struct errand_step *steps; /* allocated: `depth` of them */
    struct errand_item *items; /* allocated: `count` of them */
};

void errand_pack(struct packing *packing, const struct errand_text *errand);

/* False if it is invalid, or there is no memory. errand_text_release must follow either way. */
bool errand_unpack(struct unpacking *unpacking, struct errand_text *errand);
void errand_text_release(struct errand_text *errand);

/* --- states --- */

enum { STATE_COUNTS = 24 };

/* How far a node is. */
struct state {
    uint64_t idle;                /* processes that have nothing to do */
    uint64_t length;              /* tasks that nobody has begun, and another node could do */
    uint64_t received;            /* tasks that have arrived, ever */
    uint64_t answered;            /* requests for tasks that it has answered, ever */
    int64_t counts[STATE_COUNTS]; /* see counts.h */
};

void state_pack(struct packing *packing, const struct state *state);
bool state_unpack(struct unpacking *unpacking, struct state *state);
