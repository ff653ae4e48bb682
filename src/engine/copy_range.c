/* SPDX-License-Identifier: MIT */
/* copy_file_range: the kernel copies, or the server of a network file system (NFS, CIFS) does, or
 * extents are shared. */
#include "engine/engine.h"

#include <errno.h>
#include <unistd.h>

/* A range of 0 bytes is checked like any other, and so tells whether this pair can be copied. */
static int prepare(struct transfer *t)
{
    loff_t src_off = 0, dst_off = 0;
    return copy_file_range(t->src_fd, &src_off, t->dst_fd, &dst_off, 0, 0) < 0 ? -errno : 0;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    for (size_t done = 0; done < chunk.len;) {
        loff_t src_off = chunk.off + (off_t)done, dst_off = src_off;
        ssize_t n = copy_file_range(t->src_fd, &src_off, t->dst_fd, &dst_off, chunk.len - done, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* some file systems return 0, or an error, for bytes that can be read */
            return engine_finish_plainly(t, chunk, done);
        done += (size_t)n;
    }
    return (ssize_t)chunk.len;
}

const struct engine engine_copy_range = {
    .name = "copy-range",
    .moves = "copy_file_range",
    .chosen = "within NFS, CIFS and Ceph",
    .split = SPLIT_BLOCKS,
    .prepare = prepare,
    .copy = copy,
};
