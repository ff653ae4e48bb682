/* SPDX-License-Identifier: MIT */
/* Shows how far the copies of one command are, on stderr: draws a line, or prints lines or objects.
 * Others report to it; it never asks or counts. What can't be written at once is left out: no copy
 * waits for whoever reads this. */
#pragma once

#include "cli/bar.h"
#include "cli/estimate.h"

enum progress_form {
    PROGRESS_NEVER,
    PROGRESS_AUTO,   /* a line that is drawn over and over, on a terminal, after a second */
    PROGRESS_ALWAYS, /* the same from the start; without a terminal, one line per second */
    PROGRESS_JSON,   /* one object per second, and one at the end */
};

struct progress {
    bool enabled, json;
    bool terminal;      /* one line drawn over and over; otherwise one line per second */
    bool dumb;          /* a terminal that knows no escape sequences */
    bool shown;         /* something has been shown: from then on more may be, at any time */
    double shown_after; /* seconds: a copy that takes no longer shows nothing */
    double start;       /* of the command: seconds on the monotonic clock */
    double entered;     /* of what is going on now */
    double last;        /* drawing */
    off_t done, size;   /* as last reported */
    off_t before, all;  /* of several files one after the other: bytes of those before, of all; the
                           latter -1: not known */
    off_t kept;         /* bytes of this file that an earlier run had copied; they are done, too */
    off_t unmoved;      /* bytes of all files that are done, but weren't copied by this run, except
                           for what is kept of this file */
    off_t checked;      /* what was kept when the estimate was last updated */
    bool checking;      /* since the time before, more of it was found than was copied */
    bool apart;         /* reports are about a phase of its own, not about everything */
    const char *phase;  /* what is going on, if it isn't copying; otherwise NULL */
    char *name;         /* of the file that is copied; allocated, or NULL */
    struct progress_count count; /* to be set before an update */
    struct estimate whole, part; /* for everything; for that phase: of what is copied */
    struct estimate check;       /* while checking: of all that is done */
    struct bar_look look;
    bool looked;  /* when it was asked what the terminal can show: not before anything is drawn */
    size_t drawn; /* how many columns of the terminal's line are in use */
};

/* progress_finish must follow. */
void progress_start(struct progress *progress, enum progress_form form);

/* One more of several files that are copied one after the other, or the only one (`count->of` 0):
 * from now on, reports are about this one alone. `before` and `all` are as in the struct. */
void progress_begin_file(struct progress *progress, const struct progress_count *count,
                         const char *name, off_t before, off_t all);

/* Many files are copied side by side, or one by one without saying more about each: from now on,
 * reports are about all of them. */
void progress_tell_all(struct progress *progress, const struct progress_count *count);

/* Says what is going on from now on; NULL means copying, of which progress will be reported. It is
 * shown at once, because whatever it is may take long without a report. */
void progress_enter(struct progress *progress, const char *phase);

/* The same, while reports are about everything, rather than about this. */
void progress_enter_within(struct progress *progress, const char *phase);

/* The file that is being copied now; `name` is allocated, and is taken over, or NULL. */
void progress_name(struct progress *progress, char *name);

/* Draws if it is time to, or if SIGUSR1 has asked for a status line. Cheap enough to be called for
 * every chunk. `done` and `size` are as in struct progress_state. */
void progress_update(struct progress *progress, off_t done, off_t size);

/* Of what is done of this file, so many bytes an earlier run had copied: they were found to be
 * right, which says nothing about how fast the rest will be copied. To be said before the update.
 */
void progress_keep(struct progress *progress, off_t bytes);

/* Of what is done of all files, so many bytes weren't copied by this run: because they were
 * skipped, or failed, or an earlier run had copied them; without those told by progress_keep. To be
 * said before the update, and after progress_begin_file. */
void progress_leave_out(struct progress *progress, off_t bytes);

/* How much is done, of how much. */
void progress_note(struct progress *progress, off_t done, off_t size);

/* For the end: the same of all files, and how many bytes of it weren't copied by this run, as told
 * by progress_leave_out until then. */
void progress_conclude(struct progress *progress, off_t done, off_t size, off_t bytes);

/* Would the next update draw? For callers who first have to find out what it is to draw. */
bool progress_is_due(const struct progress *progress);

/* Clears the line, as anybody who prints something must; the next update draws it again. */
void progress_end(struct progress *progress);

/* The end of all copies, with that outcome, as --json calls it. */
void progress_finish(struct progress *progress, const char *outcome);
