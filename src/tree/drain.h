/* SPDX-License-Identifier: MIT */
#pragma once

#include "tree/hand.h"

/* Works off the queue, and what comes of that, with a crew as soon as there is enough work for
 * one. */
void drain(struct hand *hand);

/* Has a crew do so, and then another one if some of the first are killed while other nodes take
 * part. Returns false if any were. */
bool drain_by_crew(struct hand *hand);

/* How many processes it has, at most. */
unsigned drain_crew_size(const struct options *options);
