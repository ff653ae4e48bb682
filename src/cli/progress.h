/* SPDX-License-Identifier: MIT */
/* Draws how far a copy is, on stderr. It is told; it never asks or counts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How far a tree is, besides its bytes. */
struct progress_tree {
    long long entries, found; /* done, of how many */
    bool counting; /* more may be found: nobody knows how much there is, nor how long it takes */
};

struct progress {
    bool enabled;
    bool terminal;      /* one line drawn over and over; else one line a second, each its own */
    bool dumb;          /* a terminal that knows no escape sequences */
    double shown_after; /* seconds: a copy that takes no longer shows nothing */
    double start, last; /* seconds on the monotonic clock; last drawing */
    off_t last_done;
    double rate;               /* bytes a second, smoothed */
    const char *phase;         /* what is going on, if it isn't copying; else NULL */
    struct progress_tree tree; /* to be set before an update; all 0: it is no tree */
    size_t drawn;              /* columns of the terminal's line that something stands on */
};

/* What a line is made of. Figures that can't be give a line anyway. */
struct progress_state {
    off_t done, size;  /* bytes; done -1: it waits, and has done nothing; size -1: not known */
    double rate;       /* bytes a second */
    double elapsed;    /* seconds */
    const char *phase; /* stands before the figures; NULL: nothing */
    struct progress_tree tree; /* all 0: it is no tree */
};

/* `always`: also where stderr is no terminal, and from the start. */
void progress_start(struct progress *progress, bool enabled, bool always);

/* Says what goes on from now on, NULL being copying; it is counted anew. */
void progress_enter(struct progress *progress, const char *phase);

/* Draws if it is time to, or if SIGUSR1 asked for a status line. Cheap enough to be called at every
 * chunk. `done` and `size` are as in struct progress_state. */
void progress_update(struct progress *progress, off_t done, off_t size);

/* Would the next update draw? For whoever has to find out first what it is to draw. */
bool progress_is_due(const struct progress *progress);

/* Clears the line, as whoever prints something must; the next update draws it again. */
void progress_end(struct progress *progress);

/* Writes a line of at most `width` columns, all ASCII, to `line`, which has room for width + 1
 * bytes. With less room than all parts need, the bar goes first, then parts from the right. */
void progress_format(char *line, size_t width, const struct progress_state *state);
