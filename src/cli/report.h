/* SPDX-License-Identifier: MIT */
/* What the user sees of a copy: errors, -v, --explain, --json, progress, and the question of -i.
 * Nothing else prints, so that nothing is printed on a line on which progress stands. */
#pragma once

#include "cli/options.h"
#include "cli/progress.h"
#include "copy/copy.h"

#include <stdio.h>

struct report {
    const struct options *options;
    struct progress *line; /* what may be shown on the terminal; NULL: not by this process */
    bool part;             /* for a file of a tree, which has a line of JSON for it */
    FILE *notes;           /* for -v and --explain: stdout, or stderr if that is taken */
};

/* A report may be about any number of copies: call this for each of them. `line` is the command's;
 * NULL: it isn't shown by this process. */
void report_start(struct report *report, const struct options *options, const char *dst,
                  struct progress *line);

/* The same for a file of a tree, whose progress is shown instead; NULL: not by this process. */
void report_start_part(struct report *report, const struct options *options, struct progress *tree);

/* The observer to hand to copy_file; borrows `report`. */
struct copy_observer report_observer(struct report *report);

/* Reports the outcome: why it failed, and more if the options ask for it. */
void report_end(struct report *report, const char *src, const char *dst,
                const struct copy_result *result);

/* For --verbose: an entry of a tree is about to be copied; `backup` NULL: there is none. */
void report_entry(const struct options *options, const char *src, const char *dst,
                  const char *backup);

/* For --verbose: what was in the way is gone. */
void report_removed(const struct options *options, const char *path);

/* For --verbose: something about the copy as a whole. */
void report_remark(const struct options *options, const char *dst, const char *what,
                   const char *why);

/* Writes out stdout; a failure is reported, and turns STATUS_COPIED into STATUS_FAILED. */
int report_close(int status);
