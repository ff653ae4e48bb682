/* SPDX-License-Identifier: MIT */
#include "base/cpus.h"
#include "base/arithmetic.h"
#include "base/cgroup.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned affinity_count(void)
{
    /* cpu_set_t ends at 1024 CPUs; on a larger machine the call fails until the mask is long
     * enough. */
    for (int cpus = 1024; cpus <= 1 << 16; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        if (!set)
            break;
        size_t bytes = CPU_ALLOC_SIZE(cpus);
        int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return (unsigned)count;
    }
    return 1;
}

/* The quota that the cgroup in `dir` sets, in CPUs rounded up; UINT_MAX when it sets none. */
static unsigned quota_of(const char *dir)
{
    char quota[64], period[32];
    long long q, p;
    if (cgroup_read_line(dir, "cpu.max", quota,
                         sizeof(quota))) { /* v2: "max 100000", "150000 100000" */
        if (sscanf(quota, "%lld %lld", &q, &p) != 2)
            return UINT_MAX;
    } else if (cgroup_read_line(dir, "cpu.cfs_quota_us", quota, sizeof(quota)) &&
               cgroup_read_line(dir, "cpu.cfs_period_us", period,
                                sizeof(period))) { /* v1: -1: none */
        q = atoll(quota);
        p = atoll(period);
    } else {
        return UINT_MAX;
    }
    return q > 0 && p > 0 ? (unsigned)((q + p - 1) / p) : UINT_MAX;
}

static void heed_quota(const char *dir, void *arg)
{
    unsigned *cpus = arg;
    *cpus = min_unsigned(*cpus, quota_of(dir));
}

unsigned cpus_usable(void)
{
    unsigned cpus = affinity_count();
    cgroup_each("cpu", heed_quota, &cpus);
    return cpus;
}
