/* SPDX-License-Identifier: MIT */
/* The line that shows how far a copy is: what it contains, and how that fits into the space.
 * Pure. */
#pragma once

#include "cli/label.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How many of several are done, in addition to their bytes; all 0: it is one file. */
struct progress_count {
    long long done, of;
    const char *what; /* "entries": 12 of 345 are done; "file": the one after is being copied */
    bool counting;    /* more may be found: neither the size nor the time is known */
};

/* What a line is made of. Even impossible figures give a line. */
struct progress_state {
    off_t done, size;  /* bytes; done -1: it is waiting, and has done nothing; size -1: not known */
    double rate;       /* bytes per second */
    double elapsed;    /* seconds; negative: nobody will see them pass */
    double left;       /* seconds; negative: not known */
    const char *phase; /* comes before the figures; NULL: nothing */
    const char *name;  /* of the file that is being copied; NULL: there is only one */
    struct progress_count count;
};

/* What a terminal can show. */
struct bar_look {
    locale_t utf8;  /* a locale of that encoding; 0: only ASCII */
    unsigned steps; /* UTF-8: into how many parts a block character can be divided, 2 or 8 */
    bool colour;
};

enum { BAR_COLUMNS = 200, BAR_ROOM = BAR_COLUMNS * 3 + LABEL_ROOM + 64 }; /* the latter in bytes */

/*
 * Writes a line of at most `width` columns, which are BAR_COLUMNS or fewer. If there isn't enough
 * room for all parts, the bar goes first, then the name, then what matters least. Returns its
 * columns.
 */
size_t bar_format(char line[BAR_ROOM], size_t width, const struct progress_state *state,
                  const struct bar_look *look);

/* The same without bar and name, however long it gets, all ASCII. */
enum { BAR_FIGURES = 400 };
void bar_format_figures(char line[BAR_FIGURES], const struct progress_state *state);
