/* SPDX-License-Identifier: MIT */
/*
 * What is said between the speakers of several nodes, and between a speaker and the copier beside
 * it: a head of fixed size, followed by as many bytes as that says.
 */
#pragma once

#include "copy/partners.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_kind {
    /* from a node to rank 0; these come first */
    MESSAGE_ASK,      /* for a grant; done, jobs; off: bytes that were begun */
    MESSAGE_PROGRESS, /* the same, if there is nothing to ask for */
    MESSAGE_DONE, /* its part, whose bytes have left it; done, jobs; off: microseconds that it took;
                     text: its name */
    MESSAGE_FAIL, /* and so has no part any more; off: enum part_end; text: why, or nothing */
    MESSAGE_HASHES, /* of off, len; text: records (see hashes.h) */

    /* from rank 0 to a node */
    MESSAGE_JOIN,  /* a copy; text: a packed announcement */
    MESSAGE_GRANT, /* off, len; done: by all others. len 0: there is no more. text: records, if they
                      are handed out */
    MESSAGE_STOP,  /* the copy has failed */
    MESSAGE_END,   /* of the program; to all ranks */

    /* between rank 0 and a node, and their copiers; nodes: to a speaker, for which node, else from
     * which */
    MESSAGE_PARCEL, /* text: anything */
    MESSAGE_LOST,   /* to rank 0: the node's copier is gone; text: a sentence; failed: it was asked
                       to stop */

    /* from a copier to its speaker */
    MESSAGE_ANNOUNCE, /* text: a packed announcement; len: bytes of a stripe */
    MESSAGE_PART,     /* ended; off: enum part_end; text: why */

    /* from a speaker to its copier */
    MESSAGE_START, /* jobs: ranks of this node; nodes; failed: it isn't wanted; text: its name */
    MESSAGE_BEGUN, /* answers an announcement */
    MESSAGE_OVER,  /* all have ended their part; off: enum part_end; text: their contributions, or
                      why  it failed */
    MESSAGE_KINDS,
};

struct message {
    uint32_t kind;
    uint32_t round; /* which copy it is about */
    int64_t off, len, done;
    uint32_t jobs, nodes;
    uint32_t failed; /* 0 or 1 */
    uint32_t size;   /* bytes of text */
};

/* A message with its text, allocated; NULL if there is none. */
struct letter {
    struct message message;
    char *text;
};

enum { MESSAGE_MOST = 16 << 20 }; /* bytes of text */

/* Is the head valid? */
bool message_is_sane(const struct message *message);

/* The announcement as text, allocated, *size long; NULL if there is no memory. */
char *message_pack(const struct announcement *announcement, uint32_t *size);

/* The reverse: *announcement borrows everything from the text, except its list of extents, which is
 * allocated, and freed by extents_release. False if it is invalid, or there is no memory. */
bool message_unpack(const char *text, uint32_t size, struct announcement *announcement);

/* --- over a socket --- */

/* Sends all of it, including the text. Returns 0 or -errno. */
int message_send(int fd, const struct message *message, const void *text);

/* Waits up to timeout_ms (-1: as long as it takes) for one. Returns 1, and *letter, whose text is
 * followed by a NUL; 0 if there is none; -EPIPE if there will be none any more, or -errno. */
int message_receive(int fd, int timeout_ms, struct letter *letter);
