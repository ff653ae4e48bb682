/* SPDX-License-Identifier: MIT */
/* Lines for people, and names that are safe to print in them. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* The length in bytes of the UTF-8 character at s, which isn't empty; 0 if there is none. */
size_t diag_utf8_len(const char *s);

/* What the streams are called in sentences: these are not file names, and so never quoted. */
extern const char diag_stdin[], diag_stdout[];

/* Prints a name to `out` as a shell would read it back: unchanged if nothing in it is special,
 * else in quotes, with bytes that aren't printable UTF-8 as \n or \377. So a name never breaks a
 * line. */
void diag_put_name(FILE *out, const char *name);

/* The same, but quoted in any case. */
void diag_put_quoted(FILE *out, const char *name);

enum { DIAG_NAMES = 2 }; /* at most, in one of GNU cp's sentences */

/* Prints such a sentence to `out`: the format, in which each %s is a name, to be quoted, and
 * each %n one to be quoted only if it has to be. */
void diag_put_sentence(FILE *out, const char *format, const char *const *names);

/* Takes the names for it from `args`. */
void diag_take_names(const char *format, va_list args, const char *names[DIAG_NAMES]);

/* Prints "mpcp: " and such a sentence, then ": " and what the errno `err` means, if it isn't 0. */
void diag_error(int err, const char *format, ...);

/* The same sentence without the program's name, allocated; NULL: no memory. */
char *diag_sentence(int err, const char *format, va_list args);

/* What the program calls itself: "cp" if it was called by that name, as by those who use it in
 * place of cp, else "mpcp". */
const char *diag_program(void);
bool diag_is_cp(void);

/* Prints "mpcp: NAME: what: why", or "mpcp: NAME: what" if why is NULL. */
void diag_about(const char *name, const char *what, const char *why);

/* How many bytes of a line are written at once, if others may write next to it: a packet of a
 * socket holds them. A longer line goes in parts. */
enum { DIAG_PART = 64 << 10 };

/* Prints the program's name and a line to stderr in one write, so that the lines of several
 * processes don't mix. */
void diag_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
