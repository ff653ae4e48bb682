/* SPDX-License-Identifier: MIT */
#include "base/extent.h"
#include "base/arithmetic.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static off_t end_of(const struct extent *e)
{
    return e->off + e->len;
}

/* Joins extents that are less than `hole` apart. */
static void join_across(struct extents *extents, off_t hole)
{
    size_t kept = 0;
    for (size_t i = 1; i < extents->count; i++) {
        struct extent *last = &extents->list[kept], *next = &extents->list[i];
        if (next->off - end_of(last) < hole)
            last->len = end_of(next) - last->off;
        else
            extents->list[++kept] = *next;
    }
    extents->count = kept + 1;
}

/* Makes room for one more: up to EXTENT_MAX by more memory, then by forgetting small holes. */
static int make_room(struct extents *extents, size_t *room, size_t page)
{
    if (extents->count < *room)
        return 0;
    if (*room == EXTENT_MAX) {
        for (off_t hole = 2 * (off_t)page; extents->count > EXTENT_MAX / 2; hole *= 2)
            join_across(extents, hole);
        return 0;
    }
    size_t more = *room ? 4 * *room : 64;
    struct extent *list = realloc(extents->list, more * sizeof(*list));
    if (!list)
        return -ENOMEM;
    extents->list = list;
    *room = more;
    return 0;
}

static void append(struct extents *extents, off_t off, off_t end)
{
    assert(extents->list); /* there is room */
    struct extent *last = extents->count ? &extents->list[extents->count - 1] : NULL;
    if (last && off <= end_of(last))
        last->len = end - last->off;
    else
        extents->list[extents->count++] = (struct extent){.off = off, .len = end - off};
}

static void lay_end_to_end(struct extents *extents)
{
    extents->bytes = 0;
    for (size_t i = 0; i < extents->count; i++) {
        extents->list[i].data_off = extents->bytes;
        extents->bytes += extents->list[i].len;
    }
}

/* The next run of data at or after *off; true if there is one before `size`. */
static int next_data(int fd, off_t size, off_t *off, off_t *end)
{
    off_t data = lseek(fd, *off, SEEK_DATA);
    if (data < 0 && errno == ENXIO) /* only a hole is left */
        return 0;
    off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);
    if (hole < 0)
        return -errno;
    *off = data;
    *end = min_off(hole, size);
    return data < size;
}

int extents_find(int fd, off_t size, size_t page, struct extents *extents)
{
    size_t room = 0;
    off_t off = 0, end = 0;
    *extents = (struct extents){0};
    for (;;) {
        int found = next_data(fd, size, &off, &end);
        if (found == 0)
            break;
        int rc = found < 0 ? found : make_room(extents, &room, page);
        if (rc < 0)
            return rc;
        end = (off_t)round_up((size_t)end, page);
        append(extents, (off_t)round_down((size_t)off, page), min_off(end, size));
        off = end;
    }
    lay_end_to_end(extents);
    return 0;
}

int extents_whole(off_t size, struct extents *extents)
{
    *extents = (struct extents){.list = malloc(sizeof(*extents->list)), .count = 1, .bytes = size};
    if (!extents->list)
        return -ENOMEM;
    extents->list[0] = (struct extent){.len = size};
    return 0;
}

static const struct extent *extent_of(const struct extents *extents, off_t data_off)
{
    size_t low = 0, high = extents->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (extents->list[middle].data_off <= data_off)
            low = middle;
        else
            high = middle;
    }
    return &extents->list[low];
}

struct chunk extents_at(const struct extents *extents, off_t data_off, size_t len)
{
    assert(data_off >= 0 && data_off < extents->bytes);
    const struct extent *e = extent_of(extents, data_off);
    off_t skipped = data_off - e->data_off, left = e->len - skipped;
    return (struct chunk){.off = e->off + skipped, .len = (size_t)min_off(left, (off_t)len)};
}

void extents_release(struct extents *extents)
{
    free(extents->list);
    *extents = (struct extents){0};
}
