/* SPDX-License-Identifier: MIT */
/* The question of -i, in the words of cp. */
#pragma once

#include "cli/options.h"

/* Asks on stderr whether `dst`, which exists, may be replaced; the answer is the caller's affair.
 */
void question_put(const struct options *options, const char *dst);
