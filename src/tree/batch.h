/* SPDX-License-Identifier: MIT */
/* Many files: small ones are copied by several processes, each one file after the other. */
#pragma once

#include "cli/operands.h"
#include "cli/options.h"

/*
 * Has `copy`, which returns the status to exit with, called for each of `count` pairs: for small
 * ones by as many processes as CPUs may be used, if that is worthwhile, and in their order if that
 * matters for what is printed or for the outcome. `line` shows how far all are; it is of no use in
 * the other processes, where it is disabled. Returns the worst status.
 */
int batch_run(struct pair *pairs, int count, const struct options *options, struct progress *line,
              int (*copy)(void *arg, struct pair *, const struct options *), void *arg);
