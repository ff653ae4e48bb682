/* SPDX-License-Identifier: MIT */
/* Many small files: several processes copy them, each one file after the other. */
#pragma once

#include "cli/operands.h"
#include "cli/options.h"

#include <stdbool.h>

/*
 * Has `copy`, which returns the status to exit with, called for the small ones among `count` pairs,
 * by as many processes as CPUs may be used, and sets done[i] for each. Does nothing where that
 * isn't worth it, or where the order of what is printed matters. Returns the status of all of them
 * together.
 */
int batch_run(const struct pair *pairs, int count, const struct options *options,
              int (*copy)(const struct pair *, const struct options *), bool *done);
