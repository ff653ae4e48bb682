/* SPDX-License-Identifier: MIT */
/*
 * memcpy between two mapped buffers by forked processes: what this machine's memory is capable of
 * when no file system is in the way. No copy that moves the bytes of a file can be faster.
 */
#pragma once

#include "methods.h"

/*
 * See struct method: uses has_jobs (one process without) and fresh. Mapping, filling, comparing
 * and unmapping are not measured: the clock runs from the signal to start until the last process
 * has copied its last byte.
 */
int memory_run(const struct method *method, const struct task *task,
               struct measurement *measurement, struct trouble *trouble);
