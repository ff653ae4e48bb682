/* SPDX-License-Identifier: MIT */
/* The life of one file's copy, from opening the source to publishing the destination. */
#pragma once

#include "base/checksum.h"
#include "base/file_id.h"
#include "base/location.h"
#include "copy/attributes.h"
#include "copy/contribution.h"
#include "copy/plan.h"

#include <stdbool.h>
#include <sys/types.h>

/* What becomes of a destination that exists. */
enum existing {
    EXISTING_REPLACE,
    EXISTING_HEEDED, /* the same, but by a caller who has looked at it, and looks again after a
                        wait: OUTCOME_LOOK_AGAIN */
    EXISTING_ASK,
    EXISTING_KEEP, /* without a word */
    EXISTING_FAIL, /* an existing one is an error */
};

/* What is kept of a destination that is replaced. */
enum backup {
    BACKUP_NONE,
    BACKUP_SIMPLE,   /* NAME~ */
    BACKUP_NUMBERED, /* NAME.~1~ */
    BACKUP_EXISTING, /* numbered if there are numbered ones, else simple */
};

/* What a source's destination becomes. */
enum product { PRODUCT_COPY, PRODUCT_HARD_LINK, PRODUCT_SYMLINK };

struct copy_rules {
    struct wishes wishes;
    enum existing existing;
    bool wait;            /* for another mpcp that is copying to the same destination */
    bool allow_changes;   /* copy a source that is written to meanwhile */
    bool update;          /* only if the source is newer */
    bool force;           /* replace a file that can't be written, write to a device in use */
    bool dry_run;         /* stop after the plan */
    unsigned preserve;    /* of enum attribute */
    unsigned no_preserve; /* of enum attribute, never one of `preserve`: not even what a new file
                             would get of it */
    const char *context;  /* the security context that is given; NULL: none */
    bool default_context; /* give it the context that the system's policy has for the name */
    enum backup backup;
    const char *backup_suffix; /* of a simple one; neither empty nor with a slash */
    bool remove_destination;   /* before anything is created */
    bool attributes_only;      /* no bytes are copied, and none are cut off */
    enum product product;
    const struct file_id *checksum_file; /* where checksums are written to, which therefore is
                                            neither copied nor replaced; NULL: nowhere */
    const struct partners *partners; /* on other nodes, that would find both files under the paths
                                        that are told; NULL: there are none */
};

/* How copy_file keeps its caller informed while it works. */
struct copy_observer {
    bool (*confirm)(void *arg, const char *dst); /* may dst be replaced? (EXISTING_ASK) */
    void (*planned)(void *arg, const struct source *src, const struct destination *dst,
                    const struct facts *facts, const struct plan *plan);
    void (*tick)(void *arg, off_t done,
                 off_t size);                   /* done -1: it is waiting; size -1: not known */
    void (*kept)(void *arg, off_t bytes);       /* of what the next tick reports, so many bytes an
                                                   earlier run had copied; not told if there are none */
    void (*phase)(void *arg, const char *name); /* what tick reports from now on; NULL: copying */
    int (*make_way)(void *arg); /* the copy is about to take the name of what is displaced: keep
                                   that, if need be. Returns 0; 1 if nothing has the name any more;
                                   or -errno. NULL: nothing is kept */
    void (*remark)(void *arg, const char *dst, const char *what,
                   const char *why); /* worth saying with --verbose */
    void (*warn)(void *arg, const char *dst, const char *what,
                 const char *why); /* to be said unless --quiet */
    void *arg;
};

enum outcome {
    OUTCOME_COPIED,
    OUTCOME_SKIPPED, /* the rules say that the destination stays as it is */
    OUTCOME_PLANNED, /* dry run */
    OUTCOME_FAILED,
    OUTCOME_DECLINED, /* the person who was asked decided so: a failure, and nothing more needs to
                         be said */
    OUTCOME_INTERRUPTED, /* by signals_fatal() */
    OUTCOME_COUNT,
    OUTCOME_LOOK_AGAIN = OUTCOME_COUNT /* nothing was done yet, but another mpcp was waited for,
                                          which may have made what is there now */
};

struct copy_result {
    enum outcome outcome;
    off_t bytes;    /* finished, also by a copy that failed; holes don't count */
    off_t kept;     /* those of them that an earlier run had copied */
    bool verified;  /* it was read back, and is right */
    double seconds; /* how long it took, not counting waits before it: for a writer, a lock, an
                       answer */
    const char *engine, *last_engine; /* the one that moving began with, and the one it ended with;
                                         NULL: it never began */
    double forecast; /* seconds, as on the machine where costs were measured; 0: not known */
    unsigned jobs, last_jobs; /* workers at first, and in the end; 0: the parent copied */
    unsigned blocks;
    struct contribution
        *nodes; /* of several nodes that made it together; allocated, NULL: there was only one */
    unsigned node_count;
    struct checksum checksum; /* of a complete copy, if it was wished for */
    char *error; /* the sentence of a failure, or, of a copy with OUTCOME_COPIED, of what couldn't
                    be preserved; allocated, NULL if there is none, or no memory for it */
};

/*
 * Copies src to dst, either of which may be STANDARD_STREAM. It prints nothing: the outcome is in
 * *result. After a failure an existing dst is as it was before, unless it had to be written in
 * place; the sentence says so then.
 */
void copy_file(const struct location *src, const struct location *dst,
               const struct copy_rules *rules, const struct copy_observer *observer,
               struct copy_result *result);
void copy_release_result(struct copy_result *result);
