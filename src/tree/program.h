/* SPDX-License-Identifier: MIT */
/* The whole command, once it is parsed. */
#pragma once

#include "cli/options.h"

/* Copies everything that the options name. Returns the status to exit with. */
int program_copy(const struct options *options);
