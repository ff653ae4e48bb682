/* SPDX-License-Identifier: MIT */
/* The copy that everybody writes first: read into a buffer, write it, until the end. */
#pragma once

#include "methods.h"

/* See struct method: uses buffer. Runs in a forked child, so that it is measured like a command. */
int plain_run(const struct method *method, const struct task *task, struct measurement *measurement,
              struct trouble *trouble);
