/* SPDX-License-Identifier: MIT */
/* The life of one file's copy, from opening the source to publishing the destination. */
#pragma once

#include "base/location.h"
#include "copy/attributes.h"
#include "copy/plan.h"

#include <stdbool.h>
#include <sys/types.h>

/* What becomes of a destination that exists. */
enum existing {
    EXISTING_REPLACE,
    EXISTING_ASK,
    EXISTING_KEEP, /* without a word */
    EXISTING_FAIL, /* that it exists is an error */
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
    bool force;           /* replace what can't be written, write to a device in use */
    bool dry_run;         /* stop after the plan */
    unsigned preserve;    /* of enum attribute */
    unsigned no_preserve; /* of enum attribute, never one of `preserve`: not even what a new file
                             would get of it */
    const char *context;  /* the security context that is given; NULL: none */
    bool default_context; /* the one that the system's policy has for the name is given */
    enum backup backup;
    const char *backup_suffix; /* of a simple one; neither empty nor with a slash */
    bool remove_destination;   /* before anything is created */
    bool attributes_only;      /* no bytes are copied, and none are cut off */
    enum product product;
};

/* How copy_file keeps its caller informed while it works. */
struct copy_observer {
    bool (*confirm)(void *arg, const char *dst); /* may dst be replaced? (EXISTING_ASK) */
    void (*planned)(void *arg, const struct source *src, const struct destination *dst,
                    const struct facts *facts, const struct plan *plan);
    void (*tick)(void *arg, off_t done, off_t size); /* done -1: it waits; size -1: not known */
    void (*phase)(void *arg,
                  const char *name); /* what tick speaks of, from now on; NULL: copying */
    void (*remark)(void *arg, const char *dst, const char *what,
                   const char *why); /* worth telling with --verbose */
    void (*warn)(void *arg, const char *dst, const char *what,
                 const char *why); /* to be told unless --quiet */
    void *arg;
};

enum outcome {
    OUTCOME_COPIED,
    OUTCOME_SKIPPED, /* the rules say that the destination stays */
    OUTCOME_PLANNED, /* dry run */
    OUTCOME_FAILED,
    OUTCOME_DECLINED,    /* so was it decided by whoever was asked: it failed, and all is said */
    OUTCOME_INTERRUPTED, /* by signals_fatal() */
    OUTCOME_COUNT
};

struct copy_result {
    enum outcome outcome;
    off_t bytes;    /* finished, also of a copy that failed; holes aren't counted */
    off_t kept;     /* those of them that an earlier run had copied */
    bool verified;  /* it was read back, and is right */
    double seconds; /* it took, without what was waited for before: a writer, a lock, an answer */
    const char *engine, *last_engine; /* with which moving began and ended; NULL: it never did */
    double forecast; /* seconds, as on the machine where costs were measured; 0: not known */
    unsigned jobs, last_jobs; /* workers at first, and in the end; 0: the parent copied */
    unsigned blocks;
    char *error; /* the sentence of a failure, or, of a copy with OUTCOME_COPIED, of what couldn't
                    be preserved; allocated, NULL if there is none, or no memory for it */
};

/*
 * Copies src to dst, either of which may be STANDARD_STREAM. It prints nothing: what has come of it
 * is in *result. After a failure an existing dst is as it was, unless it had to be written in
 * place, which the sentence says.
 */
void copy_file(const struct location *src, const struct location *dst,
               const struct copy_rules *rules, const struct copy_observer *observer,
               struct copy_result *result);
void copy_release_result(struct copy_result *result);
