/* SPDX-License-Identifier: MIT */
/* What the first node does so that others take part in the copy of a tree. */
#pragma once

#include "tree/envoy.h"

/* Has the other nodes begin: from now on they may do the tasks of the queue, as soon as each has
 * found that it sees the same files. NULL: they can't. */
struct envoy *lead_begin(struct hand *hand);

/* Called when the crew has ended: waits until the others have. */
void lead_end(struct envoy *envoy);
