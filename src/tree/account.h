/* SPDX-License-Identifier: MIT */
/* What each of several nodes has done of a tree, as it is reported in the end. */
#pragma once

#include "tree/hand.h"
#include "tree/parcel.h"

struct account;

/* Begins one; what has been counted so far is of all nodes together. NULL: nobody has asked, or
 * there is no memory; the other functions accept that. */
struct account *account_begin(const struct hand *hand);

/* What another node has done, as it was gathered there. */
void account_add(struct account *account, const char *name, const int64_t counts[STATE_COUNTS]);

/* The rest is this node's. Prints all of it, and frees it. */
void account_end(struct account *account, const char *name, const struct hand *hand);
