/* SPDX-License-Identifier: MIT */
/* Many files: small ones are copied by several processes, each one file after the other. */
#pragma once

#include "cli/operands.h"
#include "cli/options.h"

/*
 * Has `copy`, which returns the status to exit with, called for each of `count` pairs: for small
 * ones by as many processes as CPUs may be used, where that is worth it, and in their order where
 * that matters, be it for what is printed or for what comes of it. Returns the worst status.
 */
int batch_run(struct pair *pairs, int count, const struct options *options,
              int (*copy)(struct pair *, const struct options *));
