/* SPDX-License-Identifier: MIT */
/* One entry of a directory, or an operand: what is known of it, and how each kind is copied. */
#pragma once

#include "tree/appear.h"
#include "tree/backup.h"
#include "tree/hand.h"

struct entry {
    struct hand *hand;
    struct opened *in; /* the folder that it is in */
    const char *name;  /* in the source */
    const char *dst_name;
    int fd;          /* a regular file that is open already; else -1 */
    int lock;        /* on the nest that was made for it; 0: none */
    struct stat src; /* its own, or that of what it leads to, where links are followed */
    bool exists;     /* something of that name is in the destination */
    struct stat dst; /* of what is written to: for a regular file, of what a link leads to */
    struct backup_name backup; /* what is there is to get that name when the copy takes its own */
    bool backed_up;            /* it has, which may be its only one by now */
    int backup_way;            /* then: which */
    char *told;                /* the backup that was announced before a wait, allocated; or NULL */
    bool kept;                 /* what was there stays, whatever it is (-n) */
    bool displaces;     /* something else has the name, and nothing of it is kept; not `exists` */
    unsigned waited;    /* how often for another mpcp, which may have made what is there now */
    struct twin *twin;  /* the twin that it is the first name of, or NULL */
    bool further;       /* it is to be a further name of that */
    struct twin **nest; /* if the folder is a nest being filled, its twins gather here; or NULL */
    bool follow;        /* what the name leads to is meant */
    bool later;         /* set by entry_copy: its nest must have a name before this can be done */
    bool waits; /* set by entry_copy: it isn't done yet; whoever makes the first copy will do it */
    struct copy_result result; /* of a file; of anything else only the outcome */
    off_t counted;             /* bytes of it that count as done already */
    off_t unmoved;             /* those of them that count as not copied by this run */
    bool passing;              /* a directory on the way to an operand (--parents) */
};

/* An entry of those names, of which nothing else is known. */
struct entry entry_of(struct hand *hand, struct opened *in, const char *name, const char *dst_name);

/* Finds out what it is. One that is `regular`, as far as is known, is opened for that, and to be
 * copied. Returns false if that can't be done, which has been reported, and concluded. */
bool entry_look(struct entry *e, bool regular);

/* Closes what it has open. */
void entry_close(struct entry *e);

/* With --verbose, says that it is about to be copied, as cp does. */
void entry_announce(const struct entry *e);

/* Makes it appear at the destination, see appear.h, and first makes the backup that it may need;
 * where nothing can be renamed, it replaces nothing: -EPERM. */
int entry_appear(struct entry *e, bool replace, appear_maker *make, void *arg);

/* Opens the source for reading, whatever it has become by now. Returns the descriptor or -1 and
 * errno. */
int entry_open(const struct entry *e);

/* Copies anything except a directory, and concludes it. Returns false if it wasn't copied, which
 * has been reported. */
bool entry_copy(struct entry *e);

/* It is done with: see hand_conclude. */
void entry_conclude(struct entry *e, enum outcome outcome);

/* How many of its bytes are to be copied. */
off_t entry_size(const struct entry *e);

/* Its paths as the user is told them; to be freed. */
char *entry_src_path(const struct entry *e);
char *entry_dst_path(const struct entry *e);

/* Like hand_fail, with its path in the source, or in the destination, or both, as the names.
 * Returns false. */
bool entry_fail_src(const struct entry *e, int err, const char *format);
bool entry_fail_dst(const struct entry *e, int err, const char *format);
bool entry_fail_both(const struct entry *e, int err, const char *format);
bool entry_fail_turned(const struct entry *e, int err,
                       const char *format); /* the destination first */

/* Are source and destination one name in one directory? */
bool entry_is_same_name(const struct entry *e);

/* May it have other names, which should be names of one file in the destination, too? */
bool entry_may_have_twins(const struct entry *e);

/* Does an entry without data replace what has the name? Not where links are followed, as with
 * cp. */
bool entry_replaces(const struct entry *e);

/* Is it on the command line? */
static inline bool entry_is_operand(const struct entry *e)
{
    return e->in->folder->outside;
}
