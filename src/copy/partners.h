/* SPDX-License-Identifier: MIT */
/*
 * What a copy that several nodes make asks of whoever speaks with the others. One node leads: for a
 * file, it does all that a copy on one machine does, except moving the bytes, of which it does its
 * part. The others join: they open both files and move what they are granted. For a tree, all nodes
 * do what they agree on by parcels.
 */
#pragma once

#include "base/extent.h"
#include "base/name.h"
#include "copy/contribution.h"
#include "move/grants.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What the others are told of a copy. If they find the file of the hidden name, which has 64 random
 * bits, in the directory of the destination's path, they see the same file system.
 */
struct announcement {
    const char *src, *dst;   /* paths, as the user wrote them */
    char hidden[NAME_ROOM];  /* of the staged file */
    char witness[NAME_ROOM]; /* if that has a name that can be foreseen, of a file with a random
                              * name; empty: there is none */
    char leader[NODE_NAME];  /* the name of the node that leads */
    off_t size;              /* of both files */
    struct timespec mtime;   /* of the source */
    struct timespec ctime;   /* no copy of the source on another machine's own disk has the same */
    uint64_t chunk_len;      /* bytes */
    bool recorded;           /* hashes of all chunks are wanted */
    bool known;              /* hashes that are known come with what is granted */
    bool verifies; /* what is granted has been copied, and is to be read back by another node */
    bool used;     /* the staged file may have something in it from an earlier run */
    bool kept;     /* a journal is kept, for a later run */
    struct extents extents; /* the row of data, of which ranges are granted */
    size_t stripe; /* bytes of the stripes that grants should keep to; 0: there are none. Only the
                    * one who grants is told */
};

enum part_end { PART_WELL, PART_FAILED, PART_SPOILT };

/* How a part, or all of the copy, ended on the other nodes. */
struct parting {
    bool over;   /* all nodes have ended their part */
    bool failed; /* one couldn't do it */
    bool spoilt; /* no later run may build on what is there */
    char *words; /* what failed first, a sentence; allocated, NULL: nothing that can be said */
    struct contribution *list; /* what each has done, if all did well; allocated, NULL: it is not
                                * known */
    unsigned count;
};

/* Bytes from another node, for whoever copies trees. */
struct parcel {
    unsigned node; /* which node's */
    bool lost;     /* the copying process there is gone, and the bytes are a sentence */
    char *bytes;   /* allocated, and followed by a NUL */
    size_t len;
};

struct partners {
    unsigned nodes;        /* 1: there are no others */
    const char *node;      /* this node's name */
    unsigned number;       /* of this node; 0 leads */
    pid_t pid;             /* of the only process that may call these functions */
    struct grants *grants; /* what is granted to this node */

    /* Has the others join in the copy. Returns 0 or -errno. */
    int (*announce)(void *arg, const struct announcement *announcement);

    /* Reports how this node's part ended: well, or why not (a sentence; NULL: it was stopped). In
     * that case the others stop; if it is spoilt, what was copied is worthless. */
    int (*part)(void *arg, enum part_end end, const char *sentence);

    /* Looks whether all nodes have ended; waits a moment for it. Returns 0 or -errno. */
    int (*look)(void *arg, struct parting *parting);

    /* Sends a parcel to a node; all nodes but the first can send only to the first. Returns 0 or
     * -errno. */
    int (*post)(void *arg, unsigned node, const void *bytes, size_t len);

    /* Takes the next one that has come. Returns 1, or 0 if there is none, or -errno if there will
     * be none any more. */
    int (*fetch)(void *arg, struct parcel *parcel);
    int socket; /* becomes readable when one may have come */
    void *arg;
};
