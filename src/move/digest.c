/* SPDX-License-Identifier: MIT */
#include "move/digest.h"
#include "base/arithmetic.h"
#include "base/io.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { DIGEST_BUFFER = 2 << 20 };

int digester_init(struct digester *d)
{
    *d = (struct digester){.state = XXH3_createState()};
    return d->state ? 0 : -ENOMEM;
}

void digester_release(struct digester *d)
{
    XXH3_freeState(d->state);
    free(d->buffer);
    *d = (struct digester){0};
}

static int get_buffer(struct digester *d)
{
    if (d->buffer)
        return 0;
    d->buffer = aligned_alloc(DIGEST_BUFFER, DIGEST_BUFFER);
    if (!d->buffer)
        return -ENOMEM;
    madvise(d->buffer, DIGEST_BUFFER, MADV_HUGEPAGE);
    return 0;
}

static int digest_chunk(struct digester *d, int fd, struct chunk chunk, off_t *off)
{
    for (size_t done = 0; done < chunk.len;) {
        size_t len = min_size(chunk.len - done, DIGEST_BUFFER);
        *off = chunk.off + (off_t)done;
        ssize_t n = io_pread_pages(fd, d->buffer, len, *off);
        if (n < 0)
            return (int)n;
        *off += n;
        if ((size_t)n < len)
            return -ENODATA;
        XXH3_128bits_update(d->state, d->buffer, len);
        done += len;
    }
    return 0;
}

int digest_data(struct digester *d, int fd, const struct extents *extents, off_t data_off,
                size_t len, XXH128_hash_t *hash, off_t *off)
{
    *off = extents_at(extents, data_off, len).off;
    int rc = get_buffer(d);
    XXH3_128bits_reset(d->state);
    for (size_t done = 0; !rc && done < len;) {
        struct chunk chunk = extents_at(extents, data_off + (off_t)done, len - done);
        rc = digest_chunk(d, fd, chunk, off);
        done += chunk.len;
    }
    *hash = XXH3_128bits_digest(d->state);
    return rc;
}
