/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"
#include "base/arithmetic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct engine *const engines[] = {
    &engine_copy_range, &engine_mmap,   &engine_mmap_read, &engine_mmap_write,  &engine_read_write,
    &engine_sendfile,   &engine_splice, &engine_direct,    &engine_direct_read, NULL};

/* A buffer on a page boundary is a quarter faster than malloc's, which begins 16 bytes after one
 * (bench/RESULTS.md). */
enum { ALIGNMENT = 4096 };

const struct engine *engine_find(const char *name)
{
    for (const struct engine *const *e = engines; *e; e++)
        if (strcmp((*e)->name, name) == 0)
            return *e;
    return NULL;
}

/* ENOMEM: no address space left; EMFILE, ENFILE: no descriptor for one more open file. */
bool engine_is_unsupported(int err)
{
    static const int unsupported[] = {EOPNOTSUPP, ENOSYS, ENOTTY, ENODEV,  EINVAL, EXDEV, EACCES,
                                      EPERM,      ENOMEM, ENOENT, ETXTBSY, EMFILE, ENFILE};
    for (size_t i = 0; i < COUNT_OF(unsupported); i++)
        if (unsupported[i] == err)
            return true;
    return false;
}

int engine_prepare(struct transfer *t, const struct candidate *candidates)
{
    for (;; candidates++) {
        t->engine = candidates->engine;
        t->buffer_len = candidates->buffer_len ? candidates->buffer_len : t->engine->buffer_len;
        int rc = t->engine->prepare ? t->engine->prepare(t) : 0;
        if (rc == 0 || !candidates[1].engine || !engine_is_unsupported(-rc))
            return rc;
        engine_release(t);
    }
}

int engine_release(struct transfer *t)
{
    int rc = t->engine && t->engine->release ? t->engine->release(t) : 0;
    free(t->state);
    free(t->buffer);
    t->state = NULL;
    t->buffer = NULL;
    return rc;
}

ssize_t engine_fail(struct transfer *t, enum side side, off_t off, int err)
{
    t->failure = (struct failure){.err = err, .side = side, .off = off};
    return -err;
}

void engine_saw(struct transfer *t, const void *bytes, size_t len)
{
    if (t->hasher)
        XXH3_128bits_update(t->hasher, bytes, len);
    if (t->summer)
        summer_add(t->summer, bytes, len);
}

static size_t buffer_len(const struct transfer *t)
{
    size_t most = t->buffer_len > 0 ? t->buffer_len : engine_read_write.buffer_len;
    return min_size(most, min_size(t->chunk_len, (size_t)t->size));
}

static bool get_buffer(struct transfer *t)
{
    size_t len = round_up(buffer_len(t), ALIGNMENT);
    if (!t->buffer)
        t->buffer = aligned_alloc(ALIGNMENT, len);
    return t->buffer;
}

ssize_t engine_copy_plainly(struct transfer *t, struct chunk chunk)
{
    if (!get_buffer(t))
        return engine_fail(t, SIDE_DESTINATION, chunk.off, ENOMEM);
    for (size_t done = 0; done < chunk.len;) {
        off_t off = chunk.off + (off_t)done;
        size_t len = min_size(buffer_len(t), chunk.len - done), written;
        ssize_t n = io_pread_full(t->src_fd, t->buffer, len, off);
        if (n < 0)
            return engine_fail(t, SIDE_SOURCE, off, (int)-n);
        if ((size_t)n < len)
            return engine_fail(t, SIDE_SOURCE, off + n, ENODATA);
        int rc = io_pwrite_full(t->dst_fd, t->buffer, len, off, &written);
        if (rc < 0)
            return engine_fail(t, SIDE_DESTINATION, off + (off_t)written, -rc);
        engine_saw(t, t->buffer, len);
        done += len;
    }
    return (ssize_t)chunk.len;
}

ssize_t engine_finish_plainly(struct transfer *t, struct chunk chunk, size_t done)
{
    ssize_t n = engine_copy_plainly(t, (struct chunk){chunk.off + (off_t)done, chunk.len - done});
    return n < 0 ? n : (ssize_t)chunk.len;
}
