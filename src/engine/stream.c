/* SPDX-License-Identifier: MIT */
/* read and write in order until end of file: for pipes, FIFOs, terminals, and files whose size
 * lies. */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>

enum { BUFFER = 256 << 10 };

static int prepare(struct transfer *t)
{
    t->buffer = malloc(BUFFER);
    return t->buffer ? 0 : -ENOMEM;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    size_t written;
    /* What one read gives goes out at once: a reader at the other end may be waiting for it. */
    ssize_t n = io_read_some(t->src_fd, t->buffer, chunk.len < BUFFER ? chunk.len : BUFFER);
    if (n < 0)
        return engine_fail(t, SIDE_SOURCE, chunk.off, (int)-n);
    int rc = io_write_full(t->dst_fd, t->buffer, (size_t)n, &written);
    if (rc < 0)
        return engine_fail(t, SIDE_DESTINATION, chunk.off + (off_t)written, -rc);
    return n;
}

static void release(struct transfer *t)
{
    free(t->buffer);
    t->buffer = NULL;
}

const struct engine engine_stream = {
    .name = "stream",
    .help = "read and write in order",
    .split = SPLIT_STREAM,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
