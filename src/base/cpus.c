/* SPDX-License-Identifier: MIT */
#include "base/cpus.h"
#include "base/arithmetic.h"

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names are allocated, however long they are: a stack may be small. */

static unsigned affinity_count(void)
{
    /* cpu_set_t ends at 1024 CPUs; a larger machine makes the call fail until the mask is long
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

static bool read_line(const char *dir, const char *name, char *line, int size)
{
    char *path;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        return false;
    FILE *file = fopen(path, "re");
    free(path);
    if (!file)
        return false;
    bool ok = fgets(line, size, file);
    fclose(file);
    return ok;
}

/* The quota that the cgroup in `dir` sets, in CPUs rounded up; UINT_MAX when it sets none. */
static unsigned quota_of(const char *dir)
{
    char quota[64], period[32];
    long long q, p;
    if (read_line(dir, "cpu.max", quota, sizeof(quota))) { /* v2: "max 100000" or "150000 100000" */
        if (sscanf(quota, "%lld %lld", &q, &p) != 2)
            return UINT_MAX;
    } else if (read_line(dir, "cpu.cfs_quota_us", quota, sizeof(quota)) &&
               read_line(dir, "cpu.cfs_period_us", period, sizeof(period))) { /* v1: -1 is none */
        q = atoll(quota);
        p = atoll(period);
    } else {
        return UINT_MAX;
    }
    return q > 0 && p > 0 ? (unsigned)((q + p - 1) / p) : UINT_MAX;
}

/* The smallest quota of the cgroup `group` below `mount` and of all its ancestors. */
static unsigned quota_up_from(const char *mount, const char *group)
{
    unsigned least = UINT_MAX;
    char *dir, *slash;
    if (asprintf(&dir, "%s%s", mount, group) < 0)
        return least;
    do {
        least = min_unsigned(least, quota_of(dir));
        slash = strrchr(dir + strlen(mount), '/');
        if (slash)
            *slash = '\0';
    } while (slash);
    free(dir);
    return least;
}

static bool names_cpu(const char *controllers)
{
    char list[256];
    snprintf(list, sizeof(list), ",%s,", controllers);
    return strstr(list, ",cpu,");
}

static unsigned quota_count(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file)
        return UINT_MAX;
    unsigned least = UINT_MAX;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0) { /* "0::/group" (v2), "4:cpu,cpuacct:/group" (v1) */
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        bool v2 = *++controllers == '\0';
        if (!v2 && !names_cpu(controllers))
            continue;
        const char *mount = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
        least = min_unsigned(least, quota_up_from(mount, group));
    }
    free(line);
    fclose(file);
    return least;
}

unsigned cpus_usable(void)
{
    return min_unsigned(affinity_count(), quota_count());
}
