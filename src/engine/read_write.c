/* SPDX-License-Identifier: MIT */
/* pread and pwrite by every worker: serves what can't be mapped, and wins on tmpfs and btrfs. */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>

/* Small enough to stay in a core's cache between read and write, large enough to hide the calls. */
enum { BUFFER = 256 << 10 };

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int prepare(struct transfer *t)
{
    /* Never written by the parent, so that each worker gets pages of its own from the fork. */
    t->buffer = malloc(min_size(BUFFER, t->chunk_len));
    return t->buffer ? 0 : -ENOMEM;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    for (size_t done = 0; done < chunk.len;) {
        off_t off = chunk.off + (off_t)done;
        size_t len = min_size(BUFFER, chunk.len - done), written;
        ssize_t n = io_pread_full(t->src_fd, t->buffer, len, off);
        if (n < 0)
            return engine_fail(t, SIDE_SOURCE, off, (int)-n);
        if ((size_t)n < len)
            return engine_fail(t, SIDE_SOURCE, off + n, ENODATA);
        int rc = io_pwrite_full(t->dst_fd, t->buffer, len, off, &written);
        if (rc < 0)
            return engine_fail(t, SIDE_DESTINATION, off + (off_t)written, -rc);
        done += len;
    }
    return (ssize_t)chunk.len;
}

static void release(struct transfer *t)
{
    free(t->buffer);
    t->buffer = NULL;
}

const struct engine engine_read_write = {
    .name = "read-write",
    .help = "pread and pwrite",
    .split = SPLIT_BLOCKS,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
