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
    struct progress progress;
    FILE *notes; /* for -v and --explain: stdout, or stderr when that is taken */
};

/* How many copies a report speaks of doesn't matter: start one for each. */
void report_start(struct report *report, const struct options *options, const char *dst);

/* The observer to hand to copy_file; borrows `report`. */
struct copy_observer report_observer(struct report *report);

/* Says what has come of it: why it failed, and more as the options ask. */
void report_end(struct report *report, const char *src, const char *dst,
                const struct copy_result *result);

/* For --verbose: an entry of a tree is about to be copied; `backup` NULL: there is none. */
void report_entry(const char *src, const char *dst, const char *backup);

/* For --verbose: what was in the way is gone. */
void report_removed(const char *path);

/* Writes out stdout; a failure is reported, and turns STATUS_COPIED into STATUS_FAILED. */
int report_close(int status);
