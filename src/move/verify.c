/* SPDX-License-Identifier: MIT */
#include "move/verify.h"
#include "base/arithmetic.h"
#include "base/cache.h"
#include "base/signals.h"
#include "base/zeros.h"

#include <errno.h>
#include <stdlib.h>

enum { VERIFY_BUFFER = 1 << 20 };

static int fail(struct verifier *v, off_t off, size_t len, int err)
{
    v->failure = (struct failure){.err = err, .side = SIDE_MEDIUM, .off = off, .len = len};
    return -err;
}

int verify_prepare(struct verifier *v, int fd, off_t size, const struct extents *extents,
                   struct records *records)
{
    *v = (struct verifier){.fd = -1, .size = size, .extents = extents, .records = records};
    int rc = digester_init(&v->digester);
    if (rc < 0)
        return rc;
    v->fd = cache_open_medium(fd);
    return v->fd < 0 ? v->fd : 0;
}

static ssize_t compare(void *arg, off_t data_off, size_t len, const struct meter *meter)
{
    struct verifier *v = arg;
    const struct record *record = record_at(v->records, data_off);
    XXH128_hash_t hash;
    off_t off, start = extents_at(v->extents, data_off, len).off;
    int rc = digest_data(&v->digester, v->fd, v->extents, data_off, len, &hash, &off);
    if (rc < 0)
        return fail(v, off, 0, -rc);
    bool same = record && record->state != RECORD_NONE && XXH128_isEqual(hash, record->hash);
    if (!same)
        return fail(v, start, len, EBADMSG);
    meter_count(meter, len);
    return (ssize_t)len;
}

struct work verify_work(struct verifier *v, size_t chunk_len)
{
    return (struct work){.step = compare, .arg = v, .failure = &v->failure, .chunk_len = chunk_len};
}

/* --- holes --- */

static int check_zeros(struct verifier *v, char *buffer, off_t off, off_t end)
{
    for (size_t len; off < end; off += (off_t)len) {
        if (signals_fatal())
            return fail(v, off, 0, EINTR);
        len = (size_t)min_off(end - off, VERIFY_BUFFER);
        ssize_t n = io_pread_pages(v->fd, buffer, len, off);
        if (n < (ssize_t)len)
            return fail(v, off, len, n < 0 ? (int)-n : ENODATA);
        if (!zeros_only(buffer, len))
            return fail(v, off, len, EBADMSG);
    }
    return 0;
}

/* What lies of `extent` between the data that was copied must be zeros. *next is the first run of
 * that data which doesn't end before it: extents come in ascending order. */
static int check_between(struct verifier *v, char *buffer, const struct extent *extent,
                         size_t *next)
{
    off_t off = extent->off, end = extent->off + extent->len;
    int rc = 0;
    while (!rc && off < end) {
        const struct extent *data = *next < v->extents->count ? &v->extents->list[*next] : NULL;
        off_t data_end = data ? data->off + data->len : end;
        if (data && data_end <= off) {
            ++*next;
            continue;
        }
        off_t until = data && data->off < end ? data->off : end;
        rc = check_zeros(v, buffer, off, until);
        off = data && until < end ? data_end : end;
    }
    return rc;
}

int verify_holes(struct verifier *v, size_t page)
{
    struct extents found;
    char *buffer = aligned_alloc(page, VERIFY_BUFFER);
    int rc = buffer ? extents_find(v->fd, v->size, page, &found) : -ENOMEM;
    if (buffer && rc < 0) { /* holes can't be found here: everything may be data */
        extents_release(&found);
        rc = extents_whole(v->size, &found);
    }
    if (rc < 0) {
        free(buffer);
        return fail(v, 0, 0, -rc);
    }
    for (size_t i = 0, next = 0; !rc && i < found.count; i++)
        rc = check_between(v, buffer, &found.list[i], &next);
    extents_release(&found);
    free(buffer);
    return rc;
}

void verify_release(struct verifier *v)
{
    io_close(&v->fd);
    digester_release(&v->digester);
}
