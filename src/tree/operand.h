/* SPDX-License-Identifier: MIT */
/* What is named on the command line, one operand after the other: where it goes, and what is done
 * there. */
#pragma once

#include "cli/operands.h"
#include "tree/hand.h"

/* Everything that one command copies. */
struct tree {
    struct options options;
    struct hand hand;       /* this process */
    struct doing doing;     /* of this process */
    struct folder *outside; /* where the last operand was copied to */
    struct task *operands;  /* directories that are not in the queue yet, in reverse order */
};

/* Copies one; directories are begun later, in their order. */
void operand_copy(struct tree *tree, struct pair *pair);

/* With --parents: do all directories on the way exist? Then they stay as they are, as with cp. */
bool operand_has_parents(const struct pair *pair);

/* Copies what was left for later. */
void operands_finish(struct tree *tree);
