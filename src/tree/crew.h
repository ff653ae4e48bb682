/* SPDX-License-Identifier: MIT */
/* The crew: processes forked once, which take tasks until there are none. Only the parent prints
 * what they have to say, shows how far they are, and knows how they ended. */
#pragma once

#include "tree/hand.h"

/* Has the queue worked off by up to `count` processes, each of which calls work(hand) with a copy
 * of `hand`. Returns false if one of them was killed; what that was doing is reported as missing,
 * and the queue may hold more. True, too, if none could be forked: then nothing is done. */
bool crew_run(struct hand *hand, unsigned count, void (*work)(struct hand *));
