/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>

/* All of this is courtesy: where it can't be had (pipes, some file systems), nothing is lost. Write
 * errors that it comes across are kept for fsync and close by the kernel. */

void cache_start_writing(int fd, struct chunk chunk)
{
    sync_file_range(fd, chunk.off, (off_t)chunk.len, SYNC_FILE_RANGE_WRITE);
}

int cache_write_back(int fd, struct chunk chunk)
{
    unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    if (sync_file_range(fd, chunk.off, (off_t)chunk.len, all) == 0)
        return 0;
    bool lacks_it = errno == ENOSYS || errno == EINVAL || errno == ESPIPE || errno == EOPNOTSUPP;
    return lacks_it ? 0 : -errno;
}

void cache_drop_written(int fd, struct chunk chunk)
{
    cache_write_back(fd, chunk);
    posix_fadvise(fd, chunk.off, (off_t)chunk.len, POSIX_FADV_DONTNEED);
}

void cache_drop_read(int fd, struct chunk chunk)
{
    posix_fadvise(fd, chunk.off, (off_t)chunk.len, POSIX_FADV_DONTNEED);
}

void cache_follow(struct cache_wake *wake, int fd, struct chunk chunk)
{
    struct chunk *oldest = &wake->chunks[wake->count % CACHE_WAKE];
    if (wake->count >= CACHE_WAKE)
        cache_drop_written(fd, *oldest);
    *oldest = chunk;
    wake->count++;
    cache_start_writing(fd, chunk);
}
