/* SPDX-License-Identifier: MIT */
#include "copy/room.h"
#include "base/io.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static int allocate_extent(int fd, const struct extent *e)
{
    while (fallocate(fd, FALLOC_FL_KEEP_SIZE, e->off, e->len) < 0)
        if (errno != EINTR || signals_fatal())
            return -errno;
    return 0;
}

static int allocate_all(int fd, const struct extents *extents)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < extents->count; i++)
        rc = allocate_extent(fd, &extents->list[i]);
    return rc == -EOPNOTSUPP || rc == -ENOSYS ? 0 : rc;
}

int room_look(int fd, off_t bytes)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) < 0)
        return -errno;
    off_t free_blocks = (off_t)(geteuid() == 0 ? fs.f_bfree : fs.f_bavail);
    bool limited = fs.f_blocks > 0; /* a tmpfs without a limit has no blocks at all */
    return limited && free_blocks * fs.f_bsize < bytes ? -ENOSPC : 0;
}

int room_clear(int fd, const struct extents *data, off_t size)
{
    off_t off = 0;
    int rc = 0;
    for (size_t i = 0; !rc && i < data->count; i++) {
        rc = io_punch_hole(fd, off, data->list[i].off);
        off = data->list[i].off + data->list[i].len;
    }
    return rc ? rc : io_punch_hole(fd, off, size);
}

/* Some file systems let a reservation that failed keep what it has got: where there is no data
 * below `size`, and beyond it. */
static int give_back(int fd, off_t size)
{
    struct extents data;
    int rc = extents_find(fd, size, 1, &data);
    if (!rc)
        rc = room_clear(fd, &data, size);
    extents_release(&data);
    return ftruncate(fd, size) < 0 ? -errno : rc;
}

int room_take(int fd, const struct extents *extents)
{
    struct stat before, after;
    if (fstat(fd, &before) < 0)
        return -errno;
    int rc = allocate_all(fd, extents);
    if (rc < 0 && fstat(fd, &after) == 0 && after.st_blocks > before.st_blocks)
        give_back(fd, before.st_size);
    return rc;
}
