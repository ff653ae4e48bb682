/* SPDX-License-Identifier: MIT */
/* Makes the kernel forget all that it has cached: pages, names and attributes, whosever they
 * are. */
#pragma once

#include "trouble.h"

#include <stdbool.h>

/* May this process ask for it? */
bool coldness_possible(void);

/* Asks for it. What isn't on the medium yet stays. Returns 0, or -errno with the trouble said. */
int coldness_make(struct trouble *trouble);
