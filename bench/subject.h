/* SPDX-License-Identifier: MIT */
/* What one series copies: a file of random bytes or a tree made for it, or an existing one. */
#pragma once

#include "recipe.h"
#include "tree.h"
#include "workspace.h"

struct subject {
    uint64_t size;               /* of the file; 0: it is a tree */
    const struct recipe *recipe; /* of a tree to be made, otherwise NULL */
    double scale;                /* of that tree */
    const char *path;            /* of an existing file or tree, absolute; otherwise NULL */
};

bool subject_is_tree(const struct subject *subject);

/* "1.0 GiB", "small" or "/usr", written to buf. */
enum { SUBJECT_NAME = 64 };
const char *subject_name(const struct subject *subject, char buf[SUBJECT_NAME]);

/* Where it is. */
const char *subject_source(const struct subject *subject, const struct workspace *workspace);

/* The rest returns 0, or -errno with the trouble said; -EINTR when a signal asks this process to
 * end. */

/* Makes what has to be made, and counts what exists. -ENOSPC if the copy won't fit. */
int subject_prepare(const struct subject *subject, const struct workspace *workspace,
                    struct census *census, struct trouble *trouble);

int subject_warm(const struct subject *subject, const struct workspace *workspace,
                 struct trouble *trouble);

/* With `everything`, the kernel forgets all that it has cached, and *resident is 0. */
int subject_evict(const struct subject *subject, const struct workspace *workspace, bool everything,
                  uint64_t *resident, struct trouble *trouble);

/* -EIO if the copy by `method` is wrong. Trees are compared byte by byte only if `whole`, which
 * fills in *shortfall; otherwise they are counted. */
int subject_compare(const struct subject *subject, const struct workspace *workspace,
                    const struct census *census, const char *method, bool whole,
                    struct shortfall *shortfall, struct trouble *trouble);
