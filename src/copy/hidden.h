/* SPDX-License-Identifier: MIT */
/* The hidden names of what is staged; whether one is free is only known when it is tried. */
#pragma once

#include "copy/stage.h"

/*
 * Calls make(stage), which returns 0 or -errno, with one random name after the other in
 * stage->hidden, as long as it returns -EEXIST; gives up after a hundred. Returns what the last
 * call did; if that has failed, there is no hidden name.
 */
int hidden_try(struct stage *stage, int (*make)(struct stage *stage));
