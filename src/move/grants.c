/* SPDX-License-Identifier: MIT */
#include "move/grants.h"
#include "base/arithmetic.h"
#include "base/signals.h"

#include <assert.h>
#include <sys/mman.h>
#include <time.h>

enum { NAP_NS = 500000 };

struct grants *grants_create(bool records)
{
    struct grants *g = mmap(NULL, sizeof(struct grants), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (g == MAP_FAILED)
        return NULL;
    if (records && !(g->records = records_create(-1, 1))) {
        grants_destroy(g);
        return NULL;
    }
    return g;
}

void grants_destroy(struct grants *g)
{
    if (!g)
        return;
    records_destroy(g->records);
    munmap(g, sizeof(*g));
}

void grants_begin(struct grants *g)
{
    g->next = g->given = g->elsewhere = g->done = 0;
    g->count = g->jobs = 0;
    g->sync_wanted = g->synced = 0;
    g->last = g->called_off = false;
}

/* The next range's place is free when the range after its old tenant is begun: no claim that has
 * read the old tenant can succeed any more, for `next` never goes back. */
bool grants_have_room(const struct grants *g)
{
    unsigned count = g->count;
    return count < GRANTS_ROOM || g->next >= g->ring[(count + 1) % GRANTS_ROOM].position;
}

void grants_give(struct grants *g, off_t off, off_t len)
{
    assert(len > 0 && grants_have_room(g));
    struct granted *granted = &g->ring[g->count % GRANTS_ROOM];
    granted->off = off;
    granted->position = g->given;
    g->count++; /* before it may be claimed, so that it is found */
    g->given += len;
}

off_t grants_left(const struct grants *g)
{
    off_t next = g->next; /* first, because it remains when the other is gone */
    return g->given - next;
}

/* The range that `position` lies in; *end is where it ends. */
static const struct granted *find(const struct grants *g, off_t position, off_t *end)
{
    unsigned count = g->count;
    for (unsigned i = 1; i <= GRANTS_ROOM && i <= count; i++) {
        const struct granted *granted = &g->ring[(count - i) % GRANTS_ROOM];
        off_t begin = granted->position;
        if (begin <= position)
            return granted;
        *end = min_off(*end, begin);
    }
    return NULL; /* others have claimed it meanwhile, and its place was given away */
}

enum claim grants_try(struct grants *g, size_t len, struct chunk *chunk)
{
    for (;;) {
        bool last = g->last; /* before `given`, to which nothing is added afterwards */
        off_t next = g->next, end = g->given;
        if (g->called_off)
            return CLAIM_ENDED;
        if (next >= end)
            return last ? CLAIM_ENDED : CLAIM_LATER;
        const struct granted *granted = find(g, next, &end);
        if (!granted)
            continue;
        off_t off = granted->off + (next - granted->position);
        off_t claimed = min_off(end - next, (off_t)len);
        *chunk = (struct chunk){.off = off, .len = (size_t)claimed};
        if (atomic_compare_exchange_strong(&g->next, &next, next + claimed))
            return CLAIM_MADE;
    }
}

bool grants_claim(struct grants *g, size_t len, struct chunk *chunk, void (*pause)(void *arg),
                  void *arg)
{
    const struct timespec nap = {.tv_nsec = NAP_NS};
    enum claim claim;
    while ((claim = grants_try(g, len, chunk)) == CLAIM_LATER && !signals_fatal()) {
        pause(arg);
        nanosleep(&nap, NULL);
    }
    return claim == CLAIM_MADE;
}
