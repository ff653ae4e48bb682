/* SPDX-License-Identifier: MIT */
/* The destination shares the source's extents (FICLONE): at once, and in no space, where the file
 * system can. Either file may then change without the other. */
#include "engine/engine.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

static int prepare(struct transfer *t)
{
    return ioctl(t->dst_fd, FICLONE, t->src_fd) < 0 ? -errno : 0;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    (void)t;
    return (ssize_t)chunk.len;
}

const struct engine engine_reflink = {
    .name = "reflink",
    .split = SPLIT_WHOLE,
    .prepare = prepare,
    .copy = copy,
};
