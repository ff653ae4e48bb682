/* SPDX-License-Identifier: MIT */
/*
 * pread into the mapped destination: like mmap, it takes no lock of the destination, but the source
 * costs no page faults, and a fault of the destination comes back as errno, without a signal.
 */
#include "base/arithmetic.h"
#include "engine/engine.h"
#include "engine/mapping.h"

#include <errno.h>
#include <stdlib.h>

static int prepare(struct transfer *t)
{
    struct mapping *dst = t->state = calloc(1, sizeof(*dst));
    return dst ? mapping_open_destination(dst, t->dst_fd, t->size, t->sparse) : -ENOMEM;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    struct mapping *dst = t->state;
    off_t off = chunk.off, end = off + (off_t)chunk.len;
    while (off < end) {
        size_t len = (size_t)min_off(end - off, (off_t)t->buffer_len);
        ssize_t n = io_pread_full(t->src_fd, dst->addr + off, len, off);
        if (n == -EFAULT) /* perhaps there is no room: pwrite may find some, or tells why not */
            return engine_finish_plainly(t, chunk, (size_t)(off - chunk.off));
        if (n < 0)
            return engine_fail(t, SIDE_SOURCE, off, (int)-n);
        if ((size_t)n < len)
            return engine_fail(t, SIDE_SOURCE, off + n, ENODATA);
        mapping_used(dst, off, off + n);
        off += n;
    }
    return (ssize_t)chunk.len;
}

static int release(struct transfer *t)
{
    if (t->state)
        mapping_close(t->state);
    return 0;
}

const struct engine engine_mmap_read = {
    .name = "mmap-read",
    .moves = "pread into a mapping",
    .chosen = "the same, on btrfs and tmpfs",
    .split = SPLIT_BLOCKS,
    .maps = true,
    .buffer_len = 128 << 10,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
