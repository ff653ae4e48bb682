/* SPDX-License-Identifier: MIT */
/* What --check is to check: the lines of a file that --digest, sha256sum or xxhsum has written. */
#pragma once

#include "base/checksum.h"

#include <stdbool.h>
#include <stddef.h>

struct checklist_item {
    struct checksum sum;
    const char *name;
};

struct checklist {
    char *text; /* allocated, and cut into pieces: the names are there */
    struct checklist_item *items;
    size_t count;
    bool tagged;           /* a line names its kind */
    size_t bad, first_bad; /* lines that aren't of that kind; the number of the first, from 1 on */
};

/* Reads the open file to its end. Returns 0 or -errno; checklist_release must follow in either
 * case. Empty lines, and those that begin with #, don't count. */
int checklist_read(struct checklist *list, int fd);
void checklist_release(struct checklist *list);
