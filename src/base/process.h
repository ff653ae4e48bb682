/* SPDX-License-Identifier: MIT */
/* Other processes. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Has it ended? Also if its parent hasn't noticed yet; but not where /proc isn't mounted. */
bool process_is_dead(pid_t pid);
