/* SPDX-License-Identifier: MIT */
#include "share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static size_t share_bytes(unsigned count)
{
    return sizeof(struct share) + count * sizeof(struct slot);
}

static struct share *map_shared(size_t len)
{
    void *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return map == MAP_FAILED ? NULL : map;
}

static struct share *allocate(size_t len)
{
    size_t line = _Alignof(struct share);
    struct share *share = aligned_alloc(line, (len + line - 1) / line * line);
    if (share)
        memset(share, 0, len);
    return share;
}

struct share *share_create(off_t size, unsigned count, unsigned jobs, size_t page)
{
    size_t len = share_bytes(count);
    struct share *share = jobs > 0 ? map_shared(len) : allocate(len);
    if (!share)
        return NULL;
    share->count = count;
    share->shared = jobs > 0;
    for (unsigned i = 0; i < count; i++) {
        struct block block = block_at(size, count, i, page);
        atomic_init(&share->slots[i].next, block.off);
        share->slots[i].end = block.off + block.len;
    }
    return share;
}

void share_destroy(struct share *share)
{
    if (share && share->shared)
        munmap(share, share_bytes(share->count));
    else
        free(share);
}

static off_t left(const struct slot *slot)
{
    /* Claims that came too late leave `next` behind the end. */
    off_t next = atomic_load_explicit(&slot->next, memory_order_relaxed);
    return next < slot->end ? slot->end - next : 0;
}

static bool claim_from(struct slot *slot, size_t len, struct chunk *chunk)
{
    if (left(slot) == 0) /* without this look, late claims could push `next` ever further */
        return false;
    off_t off = atomic_fetch_add_explicit(&slot->next, (off_t)len, memory_order_relaxed);
    if (off >= slot->end)
        return false;
    off_t rest = slot->end - off;
    *chunk = (struct chunk){.off = off, .len = rest < (off_t)len ? (size_t)rest : len};
    return true;
}

static struct slot *fullest(struct share *share)
{
    struct slot *best = &share->slots[0];
    for (unsigned i = 1; i < share->count; i++)
        if (left(&share->slots[i]) > left(best))
            best = &share->slots[i];
    return best;
}

bool share_claim(struct share *share, unsigned self, size_t len, struct chunk *chunk)
{
    assert(self < share->count && len > 0);
    if (claim_from(&share->slots[self], len, chunk))
        return true;
    for (;;) { /* another worker may empty the fullest block between the look and the claim */
        struct slot *slot = fullest(share);
        if (left(slot) == 0)
            return false;
        if (claim_from(slot, len, chunk))
            return true;
    }
}

off_t share_done(const struct share *share)
{
    off_t done = 0;
    for (unsigned i = 0; i < share->count; i++)
        done += atomic_load_explicit(&share->slots[i].done, memory_order_relaxed);
    return done;
}
