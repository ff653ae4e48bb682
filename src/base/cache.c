/* SPDX-License-Identifier: MIT */
#include "base/cache.h"
#include "base/arithmetic.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All of this is courtesy: nothing is lost where it can't be had (pipes, some file systems). */

void cache_start_writing(int fd, struct chunk chunk)
{
    sync_file_range(fd, chunk.off, (off_t)chunk.len, SYNC_FILE_RANGE_WRITE);
}

int cache_write_back(int fd, struct chunk chunk)
{
    unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    return io_sync_range(fd, chunk.off, (off_t)chunk.len, all);
}

int cache_drop_written(int fd, struct chunk chunk)
{
    int rc = cache_write_back(fd, chunk);
    posix_fadvise(fd, chunk.off, (off_t)chunk.len, POSIX_FADV_DONTNEED);
    return rc;
}

/* Some file systems refuse direct I/O, and some (tmpfs) have no medium at all. */
int cache_open_medium(int fd)
{
    int medium = io_reopen(fd, O_RDONLY | O_DIRECT);
    if (medium != -EINVAL)
        return medium;
    int rc = cache_drop_written(fd, (struct chunk){0, 0});
    return rc < 0 ? rc : io_reopen(fd, O_RDONLY);
}

void cache_drop_read(int fd, struct chunk chunk)
{
    posix_fadvise(fd, chunk.off, (off_t)chunk.len, POSIX_FADV_DONTNEED);
}

int cache_follow(struct cache_wake *wake, int fd, struct chunk *chunk)
{
    struct chunk *oldest = &wake->chunks[wake->count % CACHE_WAKE], dropped = *oldest;
    bool full = wake->count >= CACHE_WAKE;
    cache_start_writing(fd, *chunk);
    *oldest = *chunk;
    wake->count++;
    int rc = full ? cache_drop_written(fd, dropped) : 0;
    if (rc < 0)
        *chunk = dropped;
    return rc;
}

#ifndef SYS_cachestat
#define SYS_cachestat 451 /* since Linux 6.5 */
#endif

/* As in linux/mman.h, which is older where this may be built. */
struct cachestat_of {
    uint64_t cached, dirty, writeback, evicted, recently_evicted; /* pages */
};

static long ask_cachestat(int fd, struct chunk chunk)
{
    struct {
        uint64_t off, len;
    } range = {(uint64_t)chunk.off, chunk.len};
    struct cachestat_of found;
    return syscall(SYS_cachestat, fd, &range, &found, 0) < 0 ? -1 : (long)found.cached;
}

/* The same on older kernels: one byte per page, for up to this many at a time. */
static long ask_mincore(int fd, struct chunk chunk)
{
    unsigned char in_core[512];
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    long cached = 0;
    char *map = mmap(NULL, chunk.len, PROT_READ, MAP_SHARED, fd, chunk.off);
    if (map == MAP_FAILED)
        return -1;
    for (size_t off = 0; off < chunk.len; off += sizeof(in_core) * page) {
        size_t len = min_size(chunk.len - off, sizeof(in_core) * page);
        if (mincore(map + off, len, in_core) < 0)
            break;
        for (size_t i = 0; i < units_for(len, page); i++)
            cached += in_core[i] & 1;
    }
    munmap(map, chunk.len);
    return cached;
}

long cache_count(int fd, struct chunk chunk)
{
    long count = ask_cachestat(fd, chunk);
    return count >= 0 ? count : ask_mincore(fd, chunk);
}
