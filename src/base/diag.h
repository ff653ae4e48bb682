/* SPDX-License-Identifier: MIT */
/* Words for people: names that are safe to print, and the one sentence that a failure gets. */
#pragma once

#include <stdio.h>

/*
 * Why a step failed, for whoever reports it: "PATH: what: why". The steps fill it in and never
 * print. `path` is borrowed and must outlive it.
 */
struct complaint {
    const char *path;
    char what[128];
    char why[384];
};

/* Fills in c and returns -err, so that a step can end with it. `why` is printf-like. */
int complain(struct complaint *c, int err, const char *path, const char *what, const char *why, ...)
    __attribute__((format(printf, 5, 6)));

/* The same with the system's own words for err. `what` is printf-like. */
int complain_errno(struct complaint *c, int err, const char *path, const char *what, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds to the end of the sentence. */
void complain_further(struct complaint *c, const char *more);

/* The length in bytes of the UTF-8 character at s, which isn't empty; 0 if there is none. */
size_t diag_utf8_len(const char *s);

/* What the streams are called in sentences: no file names, and so never quoted. */
extern const char diag_stdin[], diag_stdout[];

/* Prints a name to `out` as a shell would read it back: unchanged where nothing in it is special,
 * else in quotes, with bytes that are no printable UTF-8 as \n or \377. So a name never breaks a
 * line. */
void diag_put_name(FILE *out, const char *name);

/* The same, but quoted in any case. */
void diag_put_quoted(FILE *out, const char *name);

/* "PATH: what: why" in allocated memory, NULL when there is none. */
char *diag_sentence(const struct complaint *c);

/* Prints "mpcp: PATH: what: why". */
void diag_about(const char *path, const char *what, const char *why);

/* Prints "mpcp: " and a line to stderr in one write, so that the lines of several processes don't
 * mix. */
void diag_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
