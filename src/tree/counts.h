/* SPDX-License-Identifier: MIT */
/* What has been counted of a tree, as numbers that are sent to the first node. */
#pragma once

#include "tree/hand.h"
#include "tree/parcel.h"

/* Writes down what was counted here. */
void counts_gather(const struct hand *hand, int64_t counts[STATE_COUNTS]);

/* Adds what was added since `before` to what is counted here. */
void counts_add(struct hand *hand, const int64_t counts[STATE_COUNTS],
                const int64_t before[STATE_COUNTS]);

/* From what was gathered: the number of entries that are done with, and of bytes that were
 * copied. */
int64_t counts_entries(const int64_t counts[STATE_COUNTS]);
int64_t counts_bytes(const int64_t counts[STATE_COUNTS]);
