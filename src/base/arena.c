/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <string.h>
#include <sys/mman.h>

enum {
    UNIT = 16, /* bytes; all lengths are rounded up to it */
    CLASSES =
        320, /* lengths of up to CLASSES units are used again: an inode with two names, and more */
};

/* Address space, most of which nobody will touch. Where it is limited, less has to do. */
static const size_t most = (size_t)1 << 38, least = (size_t)1 << 24;

struct put_back {
    struct put_back *next;
};

struct arena {
    size_t len, used; /* bytes */
    struct put_back *free[CLASSES + 1];
};

struct arena *arena_create(void)
{
    const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory = MAP_FAILED;
    size_t len = most;
    for (; memory == MAP_FAILED && len >= least; len /= 4)
        memory = mmap(NULL, len, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    struct arena *arena = memory;
    arena->len = len * 4;
    arena->used = (sizeof(*arena) + UNIT - 1) / UNIT * UNIT;
    return arena;
}

void *arena_get(struct arena *a, size_t len)
{
    size_t units = (len + UNIT - 1) / UNIT;
    struct put_back *again = units <= CLASSES ? a->free[units] : NULL;
    if (again) {
        a->free[units] = again->next;
        return memset(again, 0, units * UNIT);
    }
    if (a->len - a->used < units * UNIT)
        return NULL;
    a->used += units * UNIT;
    return (char *)a + a->used - units * UNIT;
}

void arena_put(struct arena *a, void *memory, size_t len)
{
    size_t units = (len + UNIT - 1) / UNIT;
    struct put_back *back = memory;
    if (!back || units > CLASSES)
        return;
    back->next = a->free[units];
    a->free[units] = back;
}

void arena_destroy(struct arena *a)
{
    if (a)
        munmap(a, a->len);
}
