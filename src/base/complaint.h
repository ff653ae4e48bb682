/* SPDX-License-Identifier: MIT */
/* The one sentence that a failure gets. */
#pragma once

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
int complaint_make(struct complaint *c, int err, const char *path, const char *what,
                   const char *why, ...) __attribute__((format(printf, 5, 6)));

/* The same with the system's own words for err. `what` is printf-like. */
int complaint_make_errno(struct complaint *c, int err, const char *path, const char *what, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds to the end of the sentence. */
void complaint_add(struct complaint *c, const char *more);

/* "PATH: what: why" in allocated memory, NULL when there is none. */
char *complaint_sentence(const struct complaint *c);
