/* SPDX-License-Identifier: MIT */
#include "base/facts.h"
#include "base/arithmetic.h"
#include "base/cache.h"
#include "base/cgroup.h"
#include "base/cpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { SAMPLES = 32, SAMPLE = 1 << 20 };

static double cached_part(int fd, off_t size, size_t page)
{
    long cached = 0, pages = 0;
    off_t step = size / SAMPLES / (off_t)page * (off_t)page;
    for (off_t i = 0, off = 0; i < SAMPLES && off<size; i++, off += step> 0 ? step : SAMPLE) {
        size_t len = (size_t)min_off(size - off, SAMPLE);
        long n = cache_count(fd, (struct chunk){off, len});
        if (n < 0)
            return 0;
        cached += n;
        pages += (long)units_for(len, page);
    }
    return pages > 0 ? (double)cached / (double)pages : 0;
}

/* Virtual disks claim to be rotating without being so: those of virtio, Xen and Hyper-V, and those
 * made of files or networks (loop, nbd). */
static bool is_virtual(dev_t dev)
{
    static const char *const marks[] = {"/virtio", "/vbd-", "/vmbus", "/block/loop", "/block/nbd"};
    char path[64], target[512];
    snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(dev), minor(dev));
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    if (len < 0)
        return true;
    target[len] = '\0';
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (strstr(target, marks[i]))
            return true;
    return false;
}

/* A partition has no queue of its own; its disk, one directory up, has. */
static bool spins(dev_t dev)
{
    static const char *const places[] = {"queue", "../queue"};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        char path[96];
        snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s/rotational", major(dev), minor(dev),
                 places[i]);
        FILE *file = fopen(path, "re");
        if (!file)
            continue;
        int digit = getc(file);
        fclose(file);
        return digit == '1' && !is_virtual(dev);
    }
    return false;
}

/* What a group may still use, with the files it has cached counted as free; UINT64_MAX: no
 * limit. */
static uint64_t left_to(const char *dir)
{
    char limit[32], usage[32];
    bool v2 = cgroup_read_line(dir, "memory.max", limit, sizeof(limit)) &&
              cgroup_read_line(dir, "memory.current", usage, sizeof(usage));
    bool v1 = !v2 && cgroup_read_line(dir, "memory.limit_in_bytes", limit, sizeof(limit)) &&
              cgroup_read_line(dir, "memory.usage_in_bytes", usage, sizeof(usage));
    if ((!v1 && !v2) || strncmp(limit, "max", 3) == 0)
        return UINT64_MAX;
    uint64_t most = strtoull(limit, NULL, 10), used = strtoull(usage, NULL, 10);
    uint64_t files =
        cgroup_read_stat(dir, "memory.stat", v2 ? "inactive_file" : "total_inactive_file") +
        cgroup_read_stat(dir, "memory.stat", v2 ? "active_file" : "total_active_file");
    used -= files < used ? files : used;
    return used < most ? most - used : 0;
}

static void heed_limit(const char *dir, void *arg)
{
    uint64_t *memory = arg, left = left_to(dir);
    if (left < *memory)
        *memory = left > 0 ? left : 1; /* 0 would mean: not known */
}

uint64_t facts_memory(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    unsigned long long kib = 0;
    char line[128];
    while (file && fgets(line, sizeof(line), file) && sscanf(line, "MemAvailable: %llu", &kib) != 1)
        continue;
    if (file)
        fclose(file);
    uint64_t memory = kib * 1024;
    if (memory > 0)
        cgroup_each("memory", heed_limit, &memory);
    return memory;
}

struct facts facts_gather(int src_fd, off_t size, dev_t dev)
{
    struct facts facts = {.cpus = 1, .page = (size_t)sysconf(_SC_PAGESIZE), .src_cached = 1};
    if (src_fd < 0 || size < FACTS_TINY)
        return facts;
    facts.src_cached = cached_part(src_fd, size, facts.page);
    if (size < FACTS_SMALL)
        return facts;
    facts.cpus = cpus_usable();
    facts.memory = facts_memory();
    facts.src_spins = spins(dev);
    return facts;
}
