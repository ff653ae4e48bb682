/* SPDX-License-Identifier: MIT */
/* What --explain prints of a copy, after its names: the facts, and what was decided because of
 * them. */
#pragma once

#include "copy/copy.h"

#include <stdio.h>

/* One line for each decision, with its reason. */
void explanation_put(FILE *out, const struct source *src, const struct destination *dst,
                     const struct facts *facts, const struct plan *plan);
