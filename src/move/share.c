/* SPDX-License-Identifier: MIT */
#include "move/share.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "move/visible.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t share_bytes(unsigned count)
{
    return sizeof(struct share) + count * sizeof(struct slot);
}

static struct share *map_shared(size_t len)
{
    int fd;
    struct share *share = visible_create(SHARE_MEMORY, len, &fd);
    if (!share)
        return NULL;
    share->fd = fd;
    share->mapped = true;
    return share;
}

static struct share *allocate(size_t len)
{
    size_t line = _Alignof(struct share);
    struct share *share = aligned_alloc(line, round_up(len, line));
    if (!share)
        return NULL;
    memset(share, 0, len);
    share->fd = -1;
    return share;
}

struct share *share_create(unsigned count, unsigned blocks, bool visible)
{
    assert(blocks > 0 && blocks <= count);
    size_t len = share_bytes(count);
    struct share *share = visible ? map_shared(len) : allocate(len);
    if (!share)
        return NULL;
    share->version = SHARE_VERSION;
    share->count = count;
    share->blocks = blocks;
    share->pid = getpid();
    memcpy(share->magic, SHARE_MAGIC, sizeof(share->magic));
    return share;
}

void share_destroy(struct share *share)
{
    int fd = share ? share->fd : -1;
    if (share && share->mapped)
        visible_destroy(share, share_bytes(share->count));
    else
        free(share);
    io_close(&fd);
}

void share_begin(struct share *share, enum phase phase, off_t size, size_t unit)
{
    for (unsigned i = 0; i < share->count; i++) {
        struct block block = {0};
        if (i < share->blocks)
            block = block_at(size < 0 ? 0 : size, share->blocks, i, unit);
        share->slots[i] = (struct slot){.next = block.off, .end = block.off + block.len};
    }
    share->active = share->count;
    share->start = clock_seconds();
    share->size = size;
    share->elsewhere = 0;
    share->phase = phase;
}

static off_t left(const struct slot *slot)
{
    /* Claims that came too late leave `next` beyond the end. */
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
    *chunk = (struct chunk){.off = off, .len = (size_t)min_off(rest, (off_t)len)};
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

off_t share_front(const struct share *share)
{
    for (unsigned i = 0; i < share->blocks; i++) {
        off_t next = atomic_load_explicit(&share->slots[i].next, memory_order_relaxed);
        if (next < share->slots[i].end)
            return next;
    }
    return share->size;
}

off_t share_done(const struct share *share)
{
    off_t done = 0;
    for (unsigned i = 0; i < share->count; i++)
        done += atomic_load_explicit(&share->slots[i].done, memory_order_relaxed);
    return done;
}

off_t share_kept(const struct share *share)
{
    off_t kept = 0;
    for (unsigned i = 0; i < share->count; i++)
        kept += atomic_load_explicit(&share->slots[i].kept, memory_order_relaxed);
    return kept;
}
