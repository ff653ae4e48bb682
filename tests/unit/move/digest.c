/* SPDX-License-Identifier: MIT */
#include "move/digest.h"
#include "support.h"

enum { PAGE = 4096, SIZE = 5 * (1 << 20) + 3 };

TestSuite(digest, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

struct subject {
    char *bytes;
    int fd; /* a file of them */
    struct extents extents;
    struct digester digester;
    off_t off; /* where it failed */
};

static void begin(struct subject *s, int flags)
{
    s->bytes = malloc(SIZE);
    for (int i = 0; i < SIZE; i++)
        s->bytes[i] = (char)(i * 2654435761U >> 24);
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    cr_assert_eq(write(fd, s->bytes, SIZE), SIZE);
    cr_assert_eq(close(fd), 0);
    s->fd = open("file", O_RDWR | flags);
    if (s->fd < 0)
        SKIP("direct I/O can't be had here: %s", strerror(errno));
    cr_assert_eq(extents_whole(SIZE, &s->extents), 0);
    cr_assert_eq(digester_init(&s->digester), 0);
}

static void end(struct subject *s)
{
    digester_release(&s->digester);
    extents_release(&s->extents);
    close(s->fd);
    free(s->bytes);
}

static void assert_digest(struct subject *s, off_t off, size_t len)
{
    XXH128_hash_t hash, right = XXH3_128bits(s->bytes + off, len);
    cr_assert_eq(digest_data(&s->digester, s->fd, &s->extents, off, len, &hash, &s->off), 0);
    cr_assert(XXH128_isEqual(hash, right), "%zu bytes at %lld", len, (long long)off);
}

Test(digest, is_that_of_the_bytes)
{
    struct subject s;
    begin(&s, 0);
    assert_digest(&s, 0, SIZE);
    assert_digest(&s, 12345, 1);
    assert_digest(&s, 100000, 3 << 20);
    end(&s);
}

Test(digest, reads_by_direct_io_up_to_an_odd_end)
{
    struct subject s;
    begin(&s, O_DIRECT);
    assert_digest(&s, 0, SIZE);
    assert_digest(&s, PAGE, 2 << 20);
    assert_digest(&s, 5 << 20, 3);
    end(&s);
}

Test(digest, leaves_holes_out)
{
    struct subject s;
    XXH128_hash_t hash;
    begin(&s, 0);
    static struct extent list[] = {{.off = PAGE, .len = PAGE, .data_off = 0},
                                   {.off = 10 * PAGE, .len = PAGE, .data_off = PAGE}};
    struct extents two = {.list = list, .count = 2, .bytes = 2 * PAGE};
    cr_assert_eq(digest_data(&s.digester, s.fd, &two, 0, 2 * PAGE, &hash, &s.off), 0);
    memcpy(s.bytes, s.bytes + PAGE, PAGE);
    memcpy(s.bytes + PAGE, s.bytes + (size_t)(10 * PAGE), PAGE);
    cr_assert(XXH128_isEqual(hash, XXH3_128bits(s.bytes, (size_t)(2 * PAGE))));
    end(&s);
}

Test(digest, tells_where_a_file_ends_too_early)
{
    struct subject s;
    XXH128_hash_t hash;
    begin(&s, 0);
    cr_assert_eq(ftruncate(s.fd, 3000000), 0);
    cr_assert_eq(digest_data(&s.digester, s.fd, &s.extents, 0, SIZE, &hash, &s.off), -ENODATA);
    cr_assert_eq(s.off, 3000000);
    end(&s);
}

Test(digest, tells_why_it_failed)
{
    struct subject s;
    XXH128_hash_t hash;
    begin(&s, 0);
    cr_assert_eq(digest_data(&s.digester, -1, &s.extents, 7, 1, &hash, &s.off), -EBADF);
    cr_assert_eq(s.off, 7);
    end(&s);
}
