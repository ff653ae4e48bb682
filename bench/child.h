/* SPDX-License-Identifier: MIT */
/* Child processes, run one at a time and waited for, and what they used. */
#pragma once

#include "together.h"
#include "trouble.h"

#include <sys/resource.h>

/*
 * Runs a command, found along PATH, and waits for it. Fills in *usage. Returns 0 if it ended with
 * status 0, -ECHILD if it ended with another status, -ENOENT if there is no such command, otherwise
 * -errno; with the trouble said. If a signal asks this process to end, it ends the child, too, and
 * returns -EINTR. Unless `together` is NULL, the memory of the command and all its children is
 * looked at while it runs, which disturbs it; they are a process group of their own then.
 */
int child_command(char *const argv[], struct rusage *usage, struct together *together,
                  struct trouble *trouble);

/*
 * The same for a function in a forked child, which returns 0 or -errno, at most 255. `what` names
 * it in the trouble.
 */
int child_call(const char *what, int (*function)(void *), void *argument, struct rusage *usage,
               struct trouble *trouble);

/* Seconds that the CPUs worked for it, in user and kernel mode. */
double child_cpu_seconds(const struct rusage *usage);
