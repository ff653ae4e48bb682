/* SPDX-License-Identifier: MIT */
/* splice from the source into a pipe and on into the destination: every worker has a pipe of its
 * own, which it opens when it gets its first chunk. */
#include "base/arithmetic.h"
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct own {
    int ends[2]; /* -1 until the first chunk */
};

static int prepare(struct transfer *t)
{
    struct own *own = t->state = malloc(sizeof(*own));
    if (!own)
        return -ENOMEM;
    own->ends[0] = own->ends[1] = -1;
    return 0;
}

static int open_pipe(struct own *own, size_t len)
{
    if (own->ends[0] >= 0)
        return 0;
    if (pipe2(own->ends, O_CLOEXEC) < 0)
        return -errno;
    fcntl(own->ends[1], F_SETPIPE_SZ,
          (int)len); /* a user's limit may forbid it, which doesn't matter */
    return 0;
}

static void close_pipe(struct own *own)
{
    io_close(&own->ends[0]);
    io_close(&own->ends[1]);
}

/* Empties `len` bytes of the pipe into the destination. Returns how many got there. */
static size_t drain(struct transfer *t, off_t off, size_t len)
{
    const struct own *own = t->state;
    size_t done = 0;
    while (done < len) {
        loff_t at = off + (off_t)done;
        ssize_t n = splice(own->ends[0], NULL, t->dst_fd, &at, len - done, SPLICE_F_MOVE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

/* Moves bytes as long as all goes well. Returns how many arrived. */
static size_t splice_some(struct transfer *t, struct chunk chunk)
{
    const struct own *own = t->state;
    size_t done = 0;
    while (done < chunk.len) {
        loff_t at = chunk.off + (off_t)done;
        size_t want = min_size(chunk.len - done, t->buffer_len);
        ssize_t n = splice(t->src_fd, &at, own->ends[1], NULL, want, SPLICE_F_MOVE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        size_t arrived = drain(t, chunk.off + (off_t)done, (size_t)n);
        done += arrived;
        if (arrived < (size_t)n)
            break;
    }
    return done;
}

static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    struct own *own = t->state;
    size_t done = open_pipe(own, t->buffer_len) == 0 ? splice_some(t, chunk) : 0;
    if (done == chunk.len)
        return (ssize_t)done;
    close_pipe(own); /* there may be bytes in it that have now been copied in another way */
    return engine_finish_plainly(t, chunk, done);
}

static int release(struct transfer *t)
{
    if (t->state)
        close_pipe(t->state);
    return 0;
}

const struct engine engine_splice = {
    .name = "splice",
    .moves = "splice through a pipe",
    .chosen = "never by itself",
    .split = SPLIT_BLOCKS,
    .buffer_len = 1 << 20,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
