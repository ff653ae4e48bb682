/* SPDX-License-Identifier: MIT */
/* mpcp --status: what the running copies have done so far. */
#pragma once

#include "move/sighting.h"

#include <stdbool.h>
#include <stdio.h>

/* Prints those of this user, or that of the process named by `pid`; as lines for people, or as one
 * JSON object each. Returns the status to exit with. */
int status_print(const char *const *operands, bool json);

/* Writes one of them, as a few lines or as one. */
void status_put(FILE *out, const struct sighting *sighting, bool json);
