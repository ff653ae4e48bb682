/* SPDX-License-Identifier: MIT */
/*
 * In order until end of file: for pipes, FIFOs, terminals, and files whose size lies. What comes
 * out of a pipe is spliced. What goes from a file into a pipe isn't: the pipe would hold the file's
 * very pages, and its reader might see what is written to the file later.
 */
#include "base/arithmetic.h"
#include "base/zeros.h"
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STREAM_BUFFER = 256 << 10, PIPE_LEN = 1 << 20 };

struct own {
    bool splices;
    char *buffer;
};

static bool is_pipe(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static int prepare(struct transfer *t)
{
    struct own *own = t->state = calloc(1, sizeof(*own));
    if (!own)
        return -ENOMEM;
    own->splices = is_pipe(t->src_fd) && !t->skip_zeros;
    if (own->splices) /* a user's limit may forbid it, which doesn't matter */
        fcntl(t->src_fd, F_SETPIPE_SZ, PIPE_LEN);
    own->buffer = malloc(STREAM_BUFFER);
    return own->buffer ? 0 : -ENOMEM;
}

/* Leaves a hole where `n` zeros would be written. Returns false when they must be written after
 * all. */
static bool skip(const struct transfer *t, size_t n)
{
    const struct own *own = t->state;
    return t->skip_zeros && zeros_only(own->buffer, n) && lseek(t->dst_fd, (off_t)n, SEEK_CUR) >= 0;
}

/* A hole with nothing written after it isn't part of the file yet. */
static int reach_end(const struct transfer *t)
{
    off_t end = lseek(t->dst_fd, 0, SEEK_CUR);
    return end < 0 || ftruncate(t->dst_fd, end) < 0 ? -errno : 0;
}

static ssize_t read_and_write(struct transfer *t, struct chunk chunk)
{
    const struct own *own = t->state;
    size_t written;
    /* What one read returns is written at once: a reader at the other end may be waiting for it. */
    ssize_t n = io_read_some(t->src_fd, own->buffer, min_size(chunk.len, STREAM_BUFFER));
    if (n < 0)
        return engine_fail(t, SIDE_SOURCE, chunk.off, (int)-n);
    engine_saw(t, own->buffer, (size_t)n);
    if (n > 0 && skip(t, (size_t)n))
        return n;
    int rc = io_write_full(t->dst_fd, own->buffer, (size_t)n, &written);
    if (!rc && n == 0 && t->skip_zeros)
        rc = reach_end(t);
    if (rc < 0)
        return engine_fail(t, SIDE_DESTINATION, chunk.off + (off_t)written, -rc);
    return n;
}

/* splice doesn't say which side failed, some files can't be spliced, and for some it returns 0
 * before their end. It loses no byte, so reading and writing from there on tells the reason, or
 * goes on. */
static ssize_t copy(struct transfer *t, struct chunk chunk)
{
    struct own *own = t->state;
    if (own->splices && !t->hasher && !t->summer) {
        ssize_t n = io_splice_some(t->src_fd, t->dst_fd, chunk.len);
        if (n > 0)
            return n;
        if (n == -EINTR)
            return engine_fail(t, SIDE_SOURCE, chunk.off, EINTR);
        own->splices = false;
    }
    return read_and_write(t, chunk);
}

static int release(struct transfer *t)
{
    struct own *own = t->state;
    if (own)
        free(own->buffer);
    return 0;
}

const struct engine engine_stream = {
    .name = "stream",
    .split = SPLIT_STREAM,
    .sees = true,
    .prepare = prepare,
    .copy = copy,
    .release = release,
};
