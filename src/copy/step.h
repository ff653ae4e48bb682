/* SPDX-License-Identifier: MIT */
/*
 * The steps of one copy's life, in the order of the table in copy.c. Each returns 0, or a negative
 * errno with copy->why filled in; then no other is taken. One that sets copy->finished is the last.
 */
#pragma once

#include "base/complaint.h"
#include "copy/copy.h"
#include "copy/stage.h"
#include "move/journal.h"
#include "move/mover.h"
#include "move/record.h"
#include "move/share.h"
#include "move/worker.h"

/* All that belongs to one copy while it lives, by the file whose steps set it. */
struct copy {
    struct location src_at, dst_at; /* as the caller named them */
    const struct copy_rules *rules;
    const struct copy_observer *observer;
    struct copy_result *result;

    /* decide.c */
    struct source src;
    struct destination dst;
    int lock;     /* on the destination; -1: none */
    double start; /* when copying began: seconds on the monotonic clock; 0: not yet */
    struct facts facts;
    struct extents extents;
    struct plan plan;

    /* place.c */
    struct stage stage;
    struct attributes_kept kept; /* of the file that is replaced, which */
    bool keeps;                  /* the staged one shall have */
    bool used;                   /* the staged file has something in it from an earlier run */
    bool reflinked;              /* it shares the source's extents: nothing is to be moved */

    /* resume.c */
    struct records *records; /* NULL: neither --verify nor --resume */
    struct journal journal;
    int medium; /* the staged file as the disk has it, open for reading; -1: of no interest */

    /* moving.c */
    struct transfer
        ways[TUNER_MAX_WAYS]; /* of moving the bytes; the first is the one to begin with */
    unsigned way_count;
    struct share *share;

    /* any of them */
    bool spoilt; /* what was under the destination's name has been written to */
    struct complaint why;
    bool lacking;  /* it couldn't be given all that was to be preserved, as `why` tells */
    bool finished; /* no step is left to take: skipped, or a dry run */
    bool
        overtaken; /* its name was given to another file, which may be replaced by beginning anew */
    bool anew;     /* this is the second time */
};

/* --- decide.c: what to do --- */
int step_open_source(struct copy *c);
int step_look_at_destination(struct copy *c);
int step_lock(struct copy *c);          /* no other copy to the same destination */
int step_heed_existing(struct copy *c); /* -n, -u, -i */
int step_survey(struct copy *c);        /* facts and holes */
int step_decide(struct copy *c);        /* the plan */

/* --- place.c: where the bytes go --- */
int step_stage(struct copy *c);
int step_reflink(struct copy *c); /* tried first, for extents that are shared need no space */
int step_reserve(struct copy *c);
int step_preserve(struct copy *c); /* mode and attributes */
int step_publish(struct copy *c);

/* --- resume.c: what an earlier run has left --- */
int step_take_up(struct copy *c); /* records and journal, where they are wanted */

/* --- moving.c: moving them; what is shared passes, too, to be counted and hashed --- */
int step_prepare(struct copy *c);
int step_move(struct copy *c);
int step_clear_cache(struct copy *c);
int step_release_ways(struct copy *c); /* as step_prepare has prepared them; 0 or -errno */

/* --- check.c: whether they are right --- */
int step_check_source(struct copy *c); /* is it still what it was? */
int step_flush(struct copy *c);        /* to the disk, with progress */
int step_verify(struct copy *c);

/* --- for the steps --- */

/* Fills in copy->why with the system's own words for rc, and returns that. */
int step_fail(struct copy *c, int rc, const char *path, const char *what);

/* Fails because there is no room for the data. */
int step_fail_room(struct copy *c, int rc);

/* Fails because the disk hasn't taken what was written. No later run may build on that: the kernel
 * tells it once, and then takes pages for written that aren't. */
int step_fail_disk(struct copy *c, int rc);

/* Ends the copy's life, successfully. */
int step_finish(struct copy *c, enum outcome outcome);

void step_remark(const struct copy *c, const char *what, const char *why);
void step_warn(const struct copy *c, const char *what, const char *why);

/* To be called now and then by whoever waits, and when a signal has come. Returns false if the copy
 * is asked to end. */
bool step_waits(const struct copy *c);

/* The same after a tenth of a second. */
bool step_pause(const struct copy *c);

/* Does this copy write into a file that was there before? */
bool step_overwrites(const struct copy *c);

/* What an earlier run has left, and this one, is of no use any more: it isn't kept. */
void step_forget(struct copy *c);

/* A phase of `work` by `jobs` workers over `size` bytes; -1: not known. */
struct ending step_run(struct copy *c, const struct work *work, enum phase phase, unsigned jobs,
                       off_t size);
