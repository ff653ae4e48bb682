/* SPDX-License-Identifier: MIT */
/* One entry of a directory, or an operand: what is known of it, and how each kind is copied. */
#pragma once

#include "tree/appear.h"
#include "tree/hand.h"

struct entry {
    struct hand *hand;
    struct opened *in; /* the folder that it is in */
    const char *name;  /* in the source */
    const char *dst_name;
    int fd;            /* a regular file that is open already; else -1 */
    int lock;          /* on the nest that was made of it; 0: none */
    struct stat src;   /* its own, or, where links are followed, what it leads to */
    bool exists;       /* there is something of the name in the destination: */
    struct stat dst;   /* of what is written to, which for a regular file is what a link leads to */
    char *backup;      /* a further name that it has got, or another; allocated, NULL: neither */
    bool kept;         /* what was there stays, whatever is in it (-n) */
    bool displaces;    /* something else has the name, of which nothing is kept; not `exists` */
    struct twin *twin; /* it is the first of, or NULL */
    bool further;      /* it is to be a further name of that */
    struct twin **nest; /* the folder is a nest being filled, whose twins gather here; or NULL */
    bool follow;        /* where the name leads to is meant */
    bool later;         /* set by entry_copy: its nest must have a name before this can be done */
    bool waits; /* the same: it isn't done yet, and will be by whoever makes the first copy */
    struct copy_result result; /* of a file; of what else only the outcome */
    off_t counted;             /* bytes of it that count as done already */
    bool passing;              /* a directory on the way to an operand (--parents) */
};

/* An entry of those names, of which nothing else is known. */
struct entry entry_of(struct hand *hand, struct opened *in, const char *name, const char *dst_name);

/* Finds out what it is. One that is `regular`, as far as is known, is opened for that, to be
 * copied. Returns false if that can't be done, which has been said, and concluded. */
bool entry_look(struct entry *e, bool regular);

/* Closes what is open of it. */
void entry_close(struct entry *e);

/* With --verbose, says that it is about to be copied, as cp does. */
void entry_announce(const struct entry *e);

/* Has it appear at the destination, see appear.h; where nothing can be renamed, it replaces
 * nothing: -EPERM. */
int entry_appear(const struct entry *e, bool replace, appear_maker *make, void *arg);

/* Opens the source for reading, whatever it has become by now. Returns the descriptor or -1 and
 * errno. */
int entry_open(const struct entry *e);

/* Copies whatever it is, but directories, and concludes it. Returns false if it wasn't, which has
 * been said. */
bool entry_copy(struct entry *e);

/* It is done with: see hand_conclude. */
void entry_conclude(struct entry *e, enum outcome outcome);

/* Bytes of it that are to be copied. */
off_t entry_size(const struct entry *e);

/* Its paths, to be freed, as the user is told them. */
char *entry_src_path(const struct entry *e);
char *entry_dst_path(const struct entry *e);

/* As hand_fail, with its path in the source, or in the destination, or both, as the names. Returns
 * false. */
bool entry_fail_src(const struct entry *e, int err, const char *format);
bool entry_fail_dst(const struct entry *e, int err, const char *format);
bool entry_fail_both(const struct entry *e, int err, const char *format);
bool entry_fail_turned(const struct entry *e, int err,
                       const char *format); /* the destination first */

/* Are source and destination one name in one directory? */
bool entry_is_same_name(const struct entry *e);

/* Does what has no data replace what has the name? Not where links are followed, as with cp. */
bool entry_replaces(const struct entry *e);

/* Is it on the command line? */
static inline bool entry_is_operand(const struct entry *e)
{
    return e->in->folder->outside;
}
