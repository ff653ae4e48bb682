/* SPDX-License-Identifier: MIT */
/* What is to be copied, according to the command line. */
#pragma once

#include "settings.h"

/* Everything as typed; NULL where nothing was. */
struct selection {
    char *sizes;           /* of files to be made */
    char *trees;           /* to be made, or existing */
    char *scale;           /* of trees to be made */
    const char **operands; /* existing files or directories, ended by NULL */
    bool tree;             /* --tree, with or without a list */
    bool quick;            /* little of everything, unless something else was typed */
};

/* Fills in the subjects of settings, 1 or more, and whether they are trees. Returns 0, or -EINVAL
 * or another -errno with the trouble said. The lists are taken apart. */
int selection_take(const struct selection *selection, struct settings *settings,
                   struct trouble *trouble);
