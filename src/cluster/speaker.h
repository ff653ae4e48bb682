/* SPDX-License-Identifier: MIT */
/*
 * The process of a rank that speaks with the others and copies nothing. The first of a node has a
 * copier beside it: a process, with workers of its own, that was forked before there was any MPI.
 */
#pragma once

#include "cluster/wire.h"
#include "move/grants.h"

#include <sys/types.h>

/*
 * Speaks until the program has ended on all nodes. `socket` leads to the copier, `grants` is shared
 * with it. Returns the status to exit with: on rank 0 what the copier there has ended with, on
 * others 0, or 128 plus the number of the signal that asked this process to stop.
 */
int speaker_run(const struct wire *wire, pid_t copier, int socket, struct grants *grants,
                const char *node);
