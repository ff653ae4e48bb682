/* SPDX-License-Identifier: MIT */
#include "base/stripe.h"
#include "support.h"

#include <endian.h>

enum { MIB = 1 << 20 };
static const off_t gib = 1 << 30;
static const uint64_t eof = UINT64_MAX;

/* An attribute as Lustre lays it out, of little-endian numbers. */
struct attribute {
    char bytes[4096];
    size_t len;
};

static void put(struct attribute *a, size_t off, uint64_t value, size_t width)
{
    const uint64_t little = htole64(value);
    memcpy(a->bytes + off, &little, width);
    a->len = a->len > off + width ? a->len : off + width;
}

enum { V1 = 0x0BD10BD0, V3 = 0x0BD30BD0, COMPOSITE = 0x0BD60BD0, JOINED = 0x0BD20BD0 };

/* Returns its length. */
static size_t put_plain(struct attribute *a, size_t off, uint32_t magic, size_t stripe,
                        unsigned count)
{
    size_t head = magic == V3 ? 48 : 32;
    put(a, off, magic, 4);
    put(a, off + 4, 1, 4);      /* RAID0 */
    put(a, off + 8, 0x2345, 8); /* the object's number, */
    put(a, off + 16, 0x7, 8);   /* and its group */
    put(a, off + 24, stripe, 4);
    put(a, off + 28, count, 2);
    put(a, off + 30, 0, 2); /* generation */
    if (magic == V3) {
        put(a, off + 32, 0x6873616c66, 8); /* "flash" */
        put(a, off + 40, 0, 8);
    }
    for (unsigned i = 0; i < count && count < 100; i++) {
        put(a, off + head + 24 * i, 0x100 + i, 8);
        put(a, off + head + 24 * i + 8, 0, 8);
        put(a, off + head + 24 * i + 16, (uint64_t)i << 32, 8);
    }
    return head + 24 * (count < 100 ? count : 0);
}

static struct attribute plain(uint32_t magic, size_t stripe, unsigned count)
{
    struct attribute a = {.len = 0};
    put_plain(&a, 0, magic, stripe, count);
    return a;
}

struct component {
    uint64_t begin, end;
    size_t stripe;
    unsigned count;
    uint32_t flags;
};

static struct attribute composite(const struct component *components, unsigned count)
{
    struct attribute a = {.len = 0};
    size_t off = 32 + 48 * count;
    put(&a, 0, COMPOSITE, 4);
    put(&a, 14, count, 2);
    for (unsigned i = 0; i < count; i++) {
        const struct component *c = &components[i];
        size_t entry = 32 + 48 * i;
        size_t len = put_plain(&a, off, i % 2 ? V3 : V1, c->stripe, c->count);
        put(&a, entry, i + 1, 4);
        put(&a, entry + 4, c->flags, 4);
        put(&a, entry + 8, c->begin, 8);
        put(&a, entry + 16, c->end, 8);
        put(&a, entry + 24, off, 4);
        put(&a, entry + 28, len, 4);
        off += len;
    }
    put(&a, 4, off, 4);
    return a;
}

/* In separate memory, so that a step too far is noticed. */
static size_t parse(const struct attribute *a, size_t len, off_t size)
{
    char *copy = malloc(len + !len);
    cr_assert_not_null(copy);
    memcpy(copy, a->bytes, len);
    size_t stripe = stripe_parse(copy, len, size);
    free(copy);
    return stripe;
}

static size_t stripe(struct attribute a, off_t size)
{
    return parse(&a, a.len, size);
}

Test(stripe, of_a_plain_layout)
{
    cr_assert_eq(stripe(plain(V1, MIB, 4), gib), MIB);
    cr_assert_eq(stripe(plain(V3, 4 * MIB, 2), gib), 4 * MIB);
    cr_assert_eq(stripe(plain(V1, 0xffff0000, 4), gib), 0xffff0000);
}

Test(stripe, that_is_not_spread)
{
    cr_assert_eq(stripe(plain(V1, MIB, 1), gib), 0);
    cr_assert_eq(stripe(plain(V1, 0, 4), gib), 0);
    cr_assert_eq(stripe(plain(V1, MIB, 4), 0), 0);
    cr_assert_eq(stripe(plain(V1, MIB, 4), -1), 0);
}

Test(stripe, by_patterns)
{
    const struct {
        uint32_t pattern;
        size_t stripe;
    } rows[] = {
        {0x1, MIB},      {0x201, MIB}, /* several stripes on one server */
        {0x100, 0},                    /* on the metadata server */
        {0x80000001, 0},               /* moved to tape */
        {0x400, 0},                    /* elsewhere */
        {0xffffffff, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct attribute a = plain(V1, MIB, 4);
        put(&a, 4, rows[i].pattern, 4);
        cr_assert_eq(stripe(a, gib), rows[i].stripe, "pattern %#x", rows[i].pattern);
    }
}

/* As in a progressive layout: the larger a file is, the wider its end is spread. */
static const struct component growing[] = {{0, 4 * MIB, MIB, 1, 0x10},
                                           {4 * MIB, 256 * MIB, MIB, 4, 0x10},
                                           {256 * MIB, eof, 4 * MIB, 16, 0}};

Test(stripe, of_the_component_that_most_of_the_file_is_in)
{
    cr_assert_eq(stripe(composite(growing, 3), 3 * MIB), 0);
    cr_assert_eq(stripe(composite(growing, 3), 100 * MIB), MIB);
    cr_assert_eq(stripe(composite(growing, 3), 100 * gib), 4 * MIB);
    cr_assert_eq(stripe(composite(growing, 3), INT64_MAX), 4 * MIB);
}

Test(stripe, components_that_are_outdated_or_parity_or_not_there_do_not_count)
{
    struct component mirrors[] = {{0, eof, 8 * MIB, 4, 0x11}, {0, 64 * MIB, MIB, 4, 0x10}};
    cr_assert_eq(stripe(composite(mirrors, 2), gib), MIB);
    mirrors[0].flags = 0x40;
    cr_assert_eq(stripe(composite(mirrors, 2), gib), MIB);
    mirrors[0].flags = 0x90;
    cr_assert_eq(stripe(composite(mirrors, 2), gib), MIB);
    mirrors[0].flags = 0x10;
    cr_assert_eq(stripe(composite(mirrors, 2), gib), 8 * MIB);
}

Test(stripe, what_is_cut_is_none)
{
    const struct attribute v1 = plain(V1, MIB, 0xffff), v3 = plain(V3, MIB, 0xffff),
                           all = composite(growing, 3);
    for (size_t len = 0; len < v1.len; len++)
        cr_assert_eq(parse(&v1, len, gib), 0, "%zu bytes", len);
    for (size_t len = 0; len < v3.len; len++)
        cr_assert_eq(parse(&v3, len, gib), 0, "%zu bytes", len);
    for (size_t len = 0; len < all.len; len++)
        cr_assert_eq(parse(&all, len, gib), 0, "%zu bytes", len);
}

Test(stripe, of_another_kind_is_none)
{
    cr_assert_eq(stripe(plain(JOINED, MIB, 4), gib), 0);
    cr_assert_eq(stripe(plain(0xffffffff, MIB, 4), gib), 0);
    cr_assert_eq(stripe(plain(V1, 3000, 4), gib), 0);
}

Test(stripe, hostile_composites_are_none)
{
    const struct {
        const char *what;
        size_t off;
        uint64_t value;
        size_t width;
    } rows[] = {
        {"longer than it is", 4, 0xffffffff, 4},
        {"shorter than its list", 4, 100, 4},
        {"empty", 4, 0, 4},
        {"more components than there is room for", 14, 0xffff, 2},
        {"a layout in the list", 32 + 24, 32, 4},
        {"a layout at the beginning", 32 + 24, 0, 4},
        {"a layout beyond the end", 32 + 24, 0xfffffff0, 4},
        {"a layout at the very end", 32 + 24, 32 + 3 * 48 + 56 + 144 + 416, 4},
        {"a layout that is too long", 32 + 28, 0xffffffff, 4},
        {"a layout of nothing", 32 + 28, 0, 4},
        {"a composite in a composite", 32 + 3 * 48, COMPOSITE, 4},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct attribute a = composite(growing, 3);
        put(&a, rows[i].off, rows[i].value, rows[i].width);
        cr_assert_eq(stripe(a, 100 * gib), 0, "%s", rows[i].what);
    }
}

Test(stripe, components_that_end_before_they_begin_cover_nothing)
{
    const struct component turned[] = {{eof, 0, 8 * MIB, 4, 0x10}, {0, MIB, MIB, 4, 0x10}};
    cr_assert_eq(stripe(composite(turned, 2), gib), MIB);
    cr_assert_eq(stripe(composite(NULL, 0), gib), 0);
}

Test(stripe, elsewhere_there_are_none, .init = enter_scratch, .fini = leave_scratch)
{
    int fd = make_file("file", 1000);
    cr_assert_eq(stripe_of(fd, 1000), 0);
    close(fd);
    cr_assert_eq(stripe_of(-1, 1000), 0);
}
