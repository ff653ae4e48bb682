/* SPDX-License-Identifier: MIT */
/* What the user sees of a copy: errors, -v, --explain, --json, progress, and the question of -i. It
 * alone prints, so that nothing is said on a line on which progress stands. */
#pragma once

#include "cli/options.h"
#include "cli/progress.h"
#include "copy/copy.h"

#include <stdio.h>

struct report {
    const struct options *options;
    struct progress progress; /* of this file */
    struct progress *line; /* what may stand on the terminal: that, or the tree's; NULL: nothing */
    bool part;             /* of a tree, which has a line of JSON for it */
    FILE *notes;           /* for -v and --explain: stdout, or stderr when that is taken */
};

/* How many copies a report speaks of doesn't matter: start one for each. */
void report_start(struct report *report, const struct options *options, const char *dst);

/* The same for a file of a tree, whose progress is shown in its stead; NULL: not by this process.
 */
void report_start_part(struct report *report, const struct options *options, struct progress *tree);

/* The observer to hand to copy_file; borrows `report`. */
struct copy_observer report_observer(struct report *report);

/* Says what has come of it: why it failed, and more as the options ask. */
void report_end(struct report *report, const char *src, const char *dst,
                const struct copy_result *result);

/* For --verbose: an entry of a tree is about to be copied; `backup` NULL: there is none. */
void report_entry(const struct options *options, const char *src, const char *dst,
                  const char *backup);

/* For --verbose: what was in the way is gone. */
void report_removed(const struct options *options, const char *path);

/* What an entry of a tree is. */
enum kind {
    KIND_UNKNOWN, /* it couldn't be looked at */
    KIND_FILE,
    KIND_DIRECTORY,
    KIND_LINK,
    KIND_FIFO,
    KIND_DEVICE,
    KIND_SOCKET,
    KIND_COUNT
};

enum kind report_kind(mode_t mode);

/* For --json: what has come of an entry. What only files have is told of these. */
void report_json(enum kind kind, const char *src, const char *dst,
                 const struct copy_result *result);

/* What has come of all of a command's. */
struct total {
    enum outcome outcome;
    long long outcomes[OUTCOME_COUNT], kinds[KIND_COUNT]; /* entries of each */
    long long bytes;
    double seconds;
    unsigned jobs; /* processes that have copied beside the first, at most */
};

/* For --json: the last line. */
void report_total(const struct total *total);

/* Writes out stdout; a failure is reported, and turns STATUS_COPIED into STATUS_FAILED. */
int report_close(int status);
