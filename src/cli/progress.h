/* SPDX-License-Identifier: MIT */
/* Draws how far a copy is, on stderr. It is told; it never asks or counts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct progress {
    bool enabled;
    bool terminal;      /* one line drawn over and over; else one line a second, each its own */
    double shown_after; /* seconds: a copy that takes no longer shows nothing */
    double start, last; /* seconds on the monotonic clock; last drawing */
    off_t last_done;
    double rate;       /* bytes a second, smoothed */
    const char *phase; /* what is going on, if it isn't copying; else NULL */
    bool drawn;        /* something stands on the terminal's line */
};

/* What a line is made of. */
struct progress_state {
    off_t done, size;  /* bytes; size -1: not known */
    double rate;       /* bytes a second */
    double elapsed;    /* seconds */
    const char *phase; /* stands before the figures; NULL: nothing */
};

/* `always`: also where stderr is no terminal, and from the start. */
void progress_start(struct progress *progress, bool enabled, bool always);

/* Says that from now on something else than copying goes on, and is counted anew. */
void progress_enter(struct progress *progress, const char *phase);

/* Draws if it is time to, or if SIGUSR1 asked for a status line. Cheap enough to be called at every
 * chunk. */
void progress_update(struct progress *progress, off_t done, off_t size);

/* Clears the line. */
void progress_end(struct progress *progress);

/* Writes a line of at most `width` columns, all ASCII, to `line`, which has room for width + 1
 * bytes. With less room than all parts need, the bar goes first, then parts from the right. */
void progress_format(char *line, size_t width, const struct progress_state *state);
