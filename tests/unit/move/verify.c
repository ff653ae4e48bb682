/* SPDX-License-Identifier: MIT */
#include "move/verify.h"
#include "support.h"

enum { PAGE = 4096, CHUNK = 64 << 10, SIZE = 10 * CHUNK + 5 };

TestSuite(verify, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

struct check {
    int fd;
    struct extents extents;
    struct records *records;
    struct verifier verifier;
};

/* Records the hashes of the file as it is. */
static void record_all(struct check *c)
{
    struct digester digester;
    off_t off;
    cr_assert_eq(digester_init(&digester), 0);
    for (off_t at = 0; at < c->extents.bytes; at += CHUNK) {
        struct record *record = record_at(c->records, at);
        off_t left = c->extents.bytes - at;
        record->state = RECORD_COPIED;
        cr_assert_eq(digest_data(&digester, c->fd, &c->extents, at,
                                 left < CHUNK ? (size_t)left : CHUNK, &record->hash, &off),
                     0);
    }
    digester_release(&digester);
}

static void start(struct check *c, int fd)
{
    *c = (struct check){.fd = fd};
    cr_assert_eq(fsync(fd), 0);
    cr_assert_eq(extents_find(fd, SIZE, PAGE, &c->extents), 0);
    c->records = records_create(c->extents.bytes, CHUNK);
    record_all(c);
}

static void end(struct check *c)
{
    extents_release(&c->extents);
    records_destroy(c->records);
    close(c->fd);
}

static void ignore_tick(void *arg)
{
    (void)arg;
}

static int verify(struct check *c)
{
    struct slot slot = {0};
    const struct meter meter = {&slot, {.tick = ignore_tick}};
    int rc = verify_prepare(&c->verifier, c->fd, SIZE, &c->extents, c->records);
    struct work work = verify_work(&c->verifier, CHUNK);
    for (off_t off = 0; !rc && off < c->extents.bytes; off += CHUNK) {
        off_t left = c->extents.bytes - off;
        ssize_t n = work.step(work.arg, off, left < CHUNK ? (size_t)left : CHUNK, &meter);
        rc = n < 0 ? (int)n : 0;
    }
    if (!rc)
        rc = verify_holes(&c->verifier, PAGE);
    verify_release(&c->verifier);
    return rc;
}

Test(verify, what_is_as_it_was_passes)
{
    struct check c;
    start(&c, make_file("f", SIZE));
    cr_assert_eq(verify(&c), 0);
    end(&c);
}

Test(verify, one_changed_byte_is_found_with_its_chunk)
{
    static const off_t places[] = {0, CHUNK - 1, CHUNK, 5 * CHUNK + 77, SIZE - 1};
    for (size_t i = 0; i < LENGTH(places); i++) {
        struct check c;
        char byte;
        start(&c, make_file("f", SIZE));
        cr_assert_eq(pread(c.fd, &byte, 1, places[i]), 1);
        byte ^= 1;
        cr_assert_eq(pwrite(c.fd, &byte, 1, places[i]), 1);
        cr_assert_eq(verify(&c), -EBADMSG);
        cr_assert_eq(c.verifier.failure.side, SIDE_MEDIUM);
        cr_assert_eq(c.verifier.failure.off, places[i] / CHUNK * CHUNK);
        end(&c);
    }
}

Test(verify, a_chunk_without_a_record_is_no_copy)
{
    struct check c;
    start(&c, make_file("f", SIZE));
    record_at(c.records, 3 * CHUNK)->state = RECORD_NONE;
    cr_assert_eq(verify(&c), -EBADMSG);
    end(&c);
}

Test(verify, a_file_that_ends_early_is_a_failure)
{
    struct check c;
    start(&c, make_file("f", SIZE));
    cr_assert_eq(ftruncate(c.fd, 4 * CHUNK + 1), 0);
    cr_assert_eq(verify(&c), -ENODATA);
    cr_assert_eq(c.verifier.failure.off, 4 * CHUNK + 1);
    end(&c);
}

static int a_sparse_file(void)
{
    int fd = make_file("f", CHUNK);
    cr_assert_eq(ftruncate(fd, SIZE), 0);
    cr_assert_eq(pwrite(fd, "data", 4, 6 * CHUNK), 4);
    return fd;
}

Test(verify, holes_must_be_zeros)
{
    static const off_t places[] = {CHUNK, 3 * CHUNK + 7, 6 * CHUNK - 1, 6 * CHUNK + PAGE, SIZE - 1};
    struct check c;
    start(&c, a_sparse_file());
    if (c.extents.count < 2)
        SKIP("there are no holes on this file system");
    cr_assert_eq(verify(&c), 0);
    for (size_t i = 0; i < LENGTH(places); i++) {
        cr_assert_eq(pwrite(c.fd, "x", 1, places[i]), 1);
        cr_assert_eq(verify(&c), -EBADMSG, "at %lld", (long long)places[i]);
        cr_assert_leq(c.verifier.failure.off, places[i]);
        cr_assert_eq(pwrite(c.fd, "", 1, places[i]), 1);
        cr_assert_eq(verify(&c), 0, "zeros are as good as a hole");
    }
    end(&c);
}
