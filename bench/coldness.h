/* SPDX-License-Identifier: MIT */
/* Forgetting all that the kernel has cached: pages, names and attributes, whoever's they are. */
#pragma once

#include "trouble.h"

#include <stdbool.h>

/* May this process ask for it? */
bool coldness_possible(void);

/* Asks for it. What isn't on the medium yet stays. Returns 0, or -errno with the trouble said. */
int coldness_make(struct trouble *trouble);
