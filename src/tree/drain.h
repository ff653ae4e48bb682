/* SPDX-License-Identifier: MIT */
#pragma once

#include "tree/hand.h"

/* Works off the queue, and what comes of that, by a crew as soon as there is enough for one. */
void drain(struct hand *hand);
