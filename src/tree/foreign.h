/* SPDX-License-Identifier: MIT */
/*
 * Directories that another node has begun and will end, in which this one does tasks. Their records
 * say what they are called; what they are here is found out when one is opened for the first time,
 * from above, and without following links that the tree isn't copied through. What was just made
 * elsewhere may be seen late here.
 */
#pragma once

#include "tree/hand.h"

/* Opens a folder as opening_take does, whether it is foreign or not. NULL and errno: ESTALE, too,
 * if it isn't the same as the other node's, and EXDEV if something else is mounted there on this
 * node. */
struct opened *foreign_take(struct hand *hand, struct folder *folder);
