/* SPDX-License-Identifier: MIT */
#include "mover.h"
#include "zeros.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { BUFFER = 256 << 10 };

static void be_polite(struct mover *m, struct chunk chunk)
{
    const struct transfer *t = m->transfer;
    if (m->drop_src)
        cache_drop_read(t->src_fd, chunk);
    if (m->drop_dst)
        cache_follow(&m->wake, t->dst_fd, chunk);
    else if (m->start_writing)
        cache_start_writing(t->dst_fd, chunk);
}

static int move_chunk(struct mover *m, struct chunk chunk)
{
    struct transfer *t = m->transfer;
    ssize_t n = t->engine->copy(t, chunk);
    if (n < 0)
        return (int)n;
    assert((size_t)n == chunk.len);
    be_polite(m, chunk);
    return 0;
}

/* Moves what isn't zero of up to BUFFER bytes at `off`. They are read twice, the second time by the
 * engine, whatever that is; a source that is no longer the same then is none that can be copied. */
static int move_data_in(struct mover *m, off_t off, size_t len)
{
    struct transfer *t = m->transfer;
    ssize_t n = io_pread_full(t->src_fd, m->zeros_buffer, len, off);
    if (n < (ssize_t)len)
        return (int)engine_fail(t, SIDE_SOURCE, n < 0 ? off : off + n, n < 0 ? (int)-n : ENODATA);
    int rc = 0;
    for (size_t begin = 0, end; !rc && zeros_next_data(m->zeros_buffer, len, &begin, &end);
         begin = end)
        rc = move_chunk(m, (struct chunk){off + (off_t)begin, end - begin});
    return rc;
}

static int move_without_zeros(struct mover *m, struct chunk chunk)
{
    if (!m->zeros_buffer && !(m->zeros_buffer = aligned_alloc(ZEROS_BLOCK, BUFFER)))
        return (int)engine_fail(m->transfer, SIDE_SOURCE, chunk.off, ENOMEM);
    int rc = 0;
    for (size_t done = 0; !rc && done < chunk.len; done += BUFFER)
        rc = move_data_in(m, chunk.off + (off_t)done,
                          chunk.len - done < BUFFER ? chunk.len - done : BUFFER);
    return rc;
}

int mover_move(struct mover *m, off_t data_off, size_t len)
{
    int rc = 0;
    for (size_t done = 0; !rc && done < len;) {
        struct chunk chunk = extents_at(m->extents, data_off + (off_t)done, len - done);
        rc = m->skip_zeros ? move_without_zeros(m, chunk) : move_chunk(m, chunk);
        done += chunk.len;
    }
    pace_wait(m->pace, len);
    return rc;
}

ssize_t mover_move_stream(struct mover *m, off_t off, size_t len)
{
    struct transfer *t = m->transfer;
    struct chunk chunk = {.off = off, .len = len};
    ssize_t n = t->engine->copy(t, chunk);
    if (n > 0) {
        chunk.len = (size_t)n;
        be_polite(m, chunk);
        pace_wait(m->pace, chunk.len);
    }
    return n;
}

void mover_release(struct mover *m)
{
    free(m->zeros_buffer);
    m->zeros_buffer = NULL;
}
