/* SPDX-License-Identifier: MIT */
/* The one sentence that a failure gets. */
#pragma once

#include "base/diag.h"

/*
 * Why a step failed, for whoever reports it. The steps fill it in and never print. Where GNU cp has
 * a sentence for it, its words and its way of quoting are used: people and scripts know them. What
 * only mpcp knows is said as "PATH: what: why". Names are borrowed and must outlive it.
 */
struct complaint {
    const char *names[DIAG_NAMES]; /* the first is the path */
    const char *format; /* of cp's sentence, for diag_put_sentence; NULL: the sentence is our own */
    char what[128];
    char why[384]; /* what follows it, including ": " */
};

/* Fills in c and returns -err, so that a step can end with it. `why` is printf-like. */
int complaint_make(struct complaint *c, int err, const char *path, const char *what,
                   const char *why, ...) __attribute__((format(printf, 5, 6)));

/* The same with the system's own words for err. `what` is printf-like. */
int complaint_make_errno(struct complaint *c, int err, const char *path, const char *what, ...)
    __attribute__((format(printf, 4, 5)));

/* The same in cp's words: each %s of the format, which is borrowed, too, is a name. */
int complaint_as_cp(struct complaint *c, int err, const char *format, ...);

/* The same for a sentence that ends without the system's words. */
int complaint_as_cp_alone(struct complaint *c, int err, const char *format, ...);

/* Adds to the end of the sentence. `more` is printf-like. */
void complaint_add(struct complaint *c, const char *more, ...)
    __attribute__((format(printf, 2, 3)));

/* The sentence in allocated memory, NULL when there is none. */
char *complaint_sentence(const struct complaint *c);
