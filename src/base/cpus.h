/* SPDX-License-Identifier: MIT */
/* How many CPUs this process may use. */
#pragma once

/* The CPUs of the affinity mask, but no more than the CPU quota of the process's cgroups (v2 and
 * v1), rounded up, allows. At least 1. */
unsigned cpus_usable(void);
