/* SPDX-License-Identifier: MIT */
/*
 * The steps of one copy's life, in the order of the table in copy.c. Each returns 0, or a negative
 * errno with copy->why filled in; then none of the others is taken. A step that sets copy->finished
 * is the last.
 */
#pragma once

#include "base/complaint.h"
#include "copy/copy.h"
#include "copy/stage.h"
#include "move/follower.h"
#include "move/journal.h"
#include "move/mover.h"
#include "move/record.h"
#include "move/share.h"
#include "move/worker.h"

/* Everything that belongs to one copy while it lives, by the file whose steps set it. */
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
    struct stage
        witness; /* shows that nodes see the same directory, where the stage's name doesn't */
    struct attributes_kept kept; /* of the file that is replaced */
    bool keeps;                  /* the staged file is to have them */
    bool used;                   /* the staged file has something in it from an earlier run */
    bool reflinked;              /* it shares the source's extents: nothing is to be moved */

    /* resume.c */
    struct records *records; /* NULL: neither --verify nor --resume */
    struct journal journal;
    int medium; /* the staged file as the disk has it, open for reading; -1: not needed */

    /* together.c */
    struct grants *grants; /* while other nodes join in; NULL: none do */
    const char *leader;    /* borrowed: the name of the node that leads */
    char *elsewhere;       /* why it failed on another node, in words; allocated */
    bool joins;            /* another node leads */
    bool together;         /* several nodes have copied it */
    bool verifies;         /* each node reads back what another one has copied */
    int sync_failed; /* what was copied in the meantime hasn't reached the disk: -errno; or 0 */
    double noted;    /* when the journal was last brought up to date with what other nodes report */

    /* moving.c */
    struct transfer
        ways[TUNER_MAX_WAYS]; /* ways to move the bytes; the first is the one to begin with */
    unsigned way_count;
    struct share *share;

    /* summing.c */
    struct follower follower;

    /* any of them */
    bool spoilt; /* what was under the destination's name has been written to */
    struct complaint why;
    bool lacking;   /* it couldn't be given everything that was to be preserved, as `why` says */
    bool finished;  /* no step is left to take: skipped, or a dry run */
    bool overtaken; /* its name was given to another file, which may be replaced if the copy begins
                       anew */
    bool anew;      /* this is the second time */
};

/* --- decide.c: what to do --- */
int step_open_source(struct copy *c);
int step_look_at_destination(struct copy *c);
int step_lock(struct copy *c);            /* no other copy to the same destination */
int step_spare_checksums(struct copy *c); /* the file that they are written to */
int step_heed_existing(struct copy *c);   /* -n, -u, -i */
int step_survey(struct copy *c);          /* facts and holes */
int step_decide(struct copy *c);          /* the plan */

/* --- place.c: where the bytes go --- */
int step_stage(struct copy *c);
int step_reflink(struct copy *c); /* tried first, because extents that are shared need no space */
int step_reserve(struct copy *c);
int step_preserve(struct copy *c); /* mode and attributes */
int step_publish(struct copy *c);

/* --- resume.c: what an earlier run has left --- */
int step_take_up(struct copy *c); /* records and journal, if they are wanted */
int step_look_at_medium(struct copy *c);
void step_note_told(struct copy *c); /* writes what other nodes report to the journal */

/* --- moving.c: moving them; shared data passes through here, too, to be counted and hashed --- */
int step_create_share(struct copy *c); /* with the workers */
int step_prepare(struct copy *c);
int step_move(struct copy *c);
int step_clear_cache(struct copy *c);
int step_release_ways(struct copy *c); /* as step_prepare has prepared them; 0 or -errno */

/* --- summing.c: the checksum that others can read --- */
int step_prepare_checksum(struct copy *c);
int step_finish_checksum(struct copy *c);

/* --- together.c: several nodes --- */
unsigned step_nodes(const struct copy *c); /* how many may make this copy; 1: this one alone */
int step_announce(struct copy *c);
int step_announce_verifying(
    struct copy *c);             /* of what several nodes have copied; otherwise nothing */
int step_gather(struct copy *c); /* when all have done their part */

/* This node's part ends with rc, 0 or -errno. Waits until the others have ended theirs, too, if
 * they had begun. Returns the outcome of the copy, or 0. */
int step_part(struct copy *c, int rc);

/* The records that the process speaking with other nodes sees, too; NULL: there are none. */
struct records *step_shared_records(const struct copy *c);

/* Called now and then during the copy: does what the speaker asks for, and notes what it
 * reports. */
void step_heed_speaker(struct copy *c);

/* The complaint is about this one of several nodes. */
void step_name_node(struct copy *c);

/* --- check.c: whether they are right --- */
int step_check_source(struct copy *c); /* is it still what it was? */
int step_flush(struct copy *c);        /* to the disk, with progress */
int step_verify(struct copy *c);
int step_verify_part(struct copy *c); /* reads back what is granted to a node that has joined */

/* --- for the steps --- */

/* Fills in copy->why with the system's own words for rc, and returns that. */
int step_fail(struct copy *c, int rc, const char *path, const char *what);

/* Fails because there is no room for the data. */
int step_fail_room(struct copy *c, int rc);

/* Fails because the disk hasn't taken what was written. No later run may build on that: the kernel
 * reports it once, and then treats pages as written that aren't. */
int step_fail_disk(struct copy *c, int rc);

/* Releases all that it has, published or not. */
void step_release(struct copy *c);

/* Ends the copy's life, successfully. */
int step_finish(struct copy *c, enum outcome outcome);

void step_remark(const struct copy *c, const char *what, const char *why);
void step_warn(const struct copy *c, const char *what, const char *why);

/* Called now and then by whoever waits, and when a signal has come. Returns false if the copy is
 * asked to end. */
bool step_waits(const struct copy *c);

/* The same after a tenth of a second. */
bool step_pause(const struct copy *c);

/* Does this copy write into a file that was there before? */
bool step_overwrites(const struct copy *c);

/* Neither what an earlier run has left nor this run's copy is of use any more: it isn't kept. */
void step_forget(struct copy *c);

/* A phase of `work` by `jobs` workers over `size` bytes; -1: not known. */
struct ending step_run(struct copy *c, const struct work *work, enum phase phase, unsigned jobs,
                       off_t size);
