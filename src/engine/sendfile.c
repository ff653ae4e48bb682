/* SPDX-License-Identifier: MIT */
/*
 * sendfile, which writes at the offset of the destination's descriptor: so every worker opens the
 * file anew, for an offset of its own, when it gets its first chunk.
 */
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

struct own {
    int fd; /* -1 until the first chunk */
};

static int prepare(struct transfer *t)
{
    struct own *own = t->state = malloc(sizeof(*own));
    if (!own)
        return -ENOMEM;
    own->fd = -1;
    int fd = io_reopen(t->dst_fd, O_WRONLY); /* only to see whether it can be done */
    return fd < 0 ? fd : io_close(&fd);
}

/* Copies what one sequence of calls can, and returns how much that is. */
static size_t send_some(struct transfer *t, int fd, struct chunk chunk)
{
    size_t done = 0;
    while (done < chunk.len) {
        off_t src_off = chunk.off + (off_t)done;
        ssize_t n = sendfile(fd, t->src_fd, &src_off, chunk.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    struct own *own = t->state;
    if (own->fd < 0)
        own->fd = io_reopen(t->dst_fd, O_WRONLY);
    if (own->fd < 0 || lseek(own->fd, chunk.off, SEEK_SET) < 0)
        return engine_fail(t, SIDE_DESTINATION, chunk.off, own->fd < 0 ? -own->fd : errno);
    size_t done = send_some(t, own->fd, chunk);
    return done < chunk.len ? engine_finish_plainly(t, chunk, done) : (ssize_t)done;
}

static int release(struct transfer *t)
{
    struct own *own = t->state;
    return own ? io_close(&own->fd) : 0;
}

const struct engine engine_sendfile = {
    .name = "sendfile",
    .moves = "sendfile",
    .chosen = "never by itself",
    .split = SPLIT_BLOCKS,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
