/* SPDX-License-Identifier: MIT */
/* mpcp's own code, called in a child, around an engine that moves nothing. */
#pragma once

#include "methods.h"

/* See struct method. What it takes is what mpcp spends on everything but the bytes. */
int frame_run(const struct method *method, const struct task *task, struct measurement *measurement,
              struct trouble *trouble);
