/* SPDX-License-Identifier: MIT */
/* pwrite from the mapped source: one copy instead of two, and a fault comes back as errno. */
#include "base/arithmetic.h"
#include "engine/engine.h"
#include "engine/mapping.h"

#include <errno.h>
#include <stdlib.h>

static int prepare(struct transfer *t)
{
    struct mapping *src = t->state = calloc(1, sizeof(*src));
    return src ? mapping_open_source(src, t->src_fd, t->size) : -ENOMEM;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    struct mapping *src = t->state;
    off_t off = chunk.off, end = off + (off_t)chunk.len;
    while (off < end) {
        size_t written, len = (size_t)min_off(end - off, (off_t)t->buffer_len);
        int rc = io_pwrite_full(t->dst_fd, src->addr + off, len, off, &written);
        if (rc == -EFAULT) /* the source can't be read by a page fault: read it, to learn why */
            return engine_finish_plainly(t, chunk, (size_t)(off - chunk.off) + written);
        if (rc < 0)
            return engine_fail(t, SIDE_DESTINATION, off + (off_t)written, -rc);
        mapping_used(src, off, off + (off_t)len);
        off += (off_t)len;
    }
    return (ssize_t)chunk.len;
}

static int release(struct transfer *t)
{
    if (t->state)
        mapping_close(t->state);
    return 0;
}

const struct engine engine_mmap_write = {
    .name = "mmap-write",
    .moves = "pwrite from a mapping",
    .chosen = "never by itself",
    .split = SPLIT_BLOCKS,
    .buffer_len = 256 << 10,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
