/* SPDX-License-Identifier: MIT */
/* Lines that go out whole: they are made in memory first, because other processes may print, too.
 */
#pragma once

#include <signal.h>
#include <stddef.h>
#include <stdio.h>

struct whole_line {
    FILE *out;
    char *text;
    size_t len;
    sigset_t old;
};

/* Begins a line that is to be printed on `out`, with those signals blocked that end nothing.
 * Returns where to print it; whole_line_end must follow. */
FILE *whole_line_begin(struct whole_line *line, FILE *out);

/* Prints it. */
void whole_line_end(struct whole_line *line, FILE *out);
