/* SPDX-License-Identifier: MIT */
/* Methods that are commands. */
#pragma once

#include "methods.h"

/* See struct method: uses argv and fsync_argument. */
int command_run(const struct method *method, const struct task *task,
                struct measurement *measurement, struct trouble *trouble);
