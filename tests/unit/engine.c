/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"
#include "support.h"

#include <errno.h>

enum { PAGE = 4096, MIB = 1 << 20 };

TestSuite(engine, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static struct transfer a_transfer(const struct engine *engine, off_t size, size_t chunk_len)
{
    struct transfer t = {.size = size, .chunk_len = chunk_len, .engine = engine};
    t.src_fd = make_file("src", (size_t)size);
    t.dst_fd = open("dst", O_RDWR | O_CREAT | O_TRUNC, 0644);
    cr_assert_eq(ftruncate(t.dst_fd, size), 0);
    return t;
}

static struct chunk chunk_at(const struct transfer *t, off_t off)
{
    size_t rest = (size_t)(t->size - off);
    return (struct chunk){off, rest < t->chunk_len ? rest : t->chunk_len};
}

static void finish(struct transfer *t)
{
    engine_release(t);
    close(t->src_fd);
    close(t->dst_fd);
}

Test(engine, all_copy_files_of_every_size_in_chunks_of_every_size)
{
    static const off_t sizes[] = {1,           PAGE - 1, PAGE,        PAGE + 1,
                                  2 * MIB - 1, 2 * MIB,  2 * MIB + 1, 9 * MIB + 5};
    static const size_t chunks[] = {PAGE, 100 * PAGE, 2 * MIB, 64 * MIB};
    for (const struct engine *const *e = engines; *e; e++) {
        for
            EACH(s, sizes)
            {
            for
                EACH(c, chunks)
                {
                    struct transfer t = a_transfer(*e, sizes[s], chunks[c]);
                    cr_assert_eq(engine_prepare(&t, true), 0);
                    for (off_t off = 0; off < t.size; off += (off_t)chunks[c])
                        cr_assert_eq(t.engine->copy(&t, chunk_at(&t, off)),
                                     (ssize_t)chunk_at(&t, off).len);
                    cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)t.size),
                              "%s, size %lld, chunk %zu", (*e)->name, (long long)t.size, chunks[c]);
                    finish(&t);
                }
            }
    }
}

Test(engine, chunks_may_come_in_any_order)
{
    for (const struct engine *const *e = engines; *e; e++) {
        struct transfer t = a_transfer(*e, 5 * MIB, 300 * 1024);
        cr_assert_eq(engine_prepare(&t, true), 0);
        off_t last = (t.size - 1) / (off_t)t.chunk_len;
        for (off_t i = 0; i <= last; i += 2)
            t.engine->copy(&t, chunk_at(&t, i * (off_t)t.chunk_len));
        for (off_t i = 1; i <= last; i += 2)
            t.engine->copy(&t, chunk_at(&t, i * (off_t)t.chunk_len));
        cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)t.size), "%s", (*e)->name);
        finish(&t);
    }
}

Test(engine, a_source_that_ends_early_is_a_failure_with_its_offset)
{
    for (const struct engine *const *e = engines; *e; e++) {
        struct transfer t = a_transfer(*e, 4 * MIB, 4 * MIB);
        cr_assert_eq(engine_prepare(&t, true), 0);
        cr_assert_eq(ftruncate(t.src_fd, MIB), 0);
        cr_assert_eq(t.engine->copy(&t, chunk_at(&t, 0)), -ENODATA, "%s", (*e)->name);
        cr_assert_eq(t.failure.err, ENODATA);
        cr_assert_eq(t.failure.side, SIDE_SOURCE);
        cr_assert_geq(t.failure.off, MIB);
        cr_assert_lt(t.failure.off, MIB + PAGE);
        finish(&t);
    }
}

Test(engine, a_destination_that_takes_no_more_is_a_failure_with_its_offset)
{
    struct transfer t = a_transfer(&engine_read_write, 4 * MIB, 4 * MIB);
    close(t.dst_fd);
    t.dst_fd = open("/dev/full", O_RDWR);
    cr_assert_eq(engine_prepare(&t, true), 0);
    cr_assert_eq(t.engine->copy(&t, chunk_at(&t, 0)), -ENOSPC);
    cr_assert_eq(t.failure.side, SIDE_DESTINATION);
    cr_assert_eq(t.failure.off, 0);
    finish(&t);
}

Test(engine, each_is_found_by_its_name)
{
    for (const struct engine *const *e = engines; *e; e++)
        cr_assert_eq(engine_find((*e)->name), *e);
    cr_assert_null(engine_find("warp"));
    cr_assert_null(engine_find("stream"), "a stream is nothing to choose");
}

Test(engine, what_cannot_be_mapped_falls_back_to_read_and_write)
{
    struct transfer t = a_transfer(&engine_mmap, MIB, MIB);
    close(t.dst_fd);
    t.dst_fd = open("dst", O_WRONLY); /* not readable, hence not to be mapped */
    cr_assert_eq(engine_prepare(&t, true), -EACCES);
    engine_release(&t);
    cr_assert_eq(engine_prepare(&t, false), 0);
    cr_assert_eq(t.engine, &engine_read_write);
    cr_assert_eq(t.engine->copy(&t, chunk_at(&t, 0)), MIB);
    finish(&t);
}

Test(engine, a_stream_ends_at_the_end_of_file)
{
    struct transfer t = a_transfer(&engine_stream, 3 * MIB + 1, 2 * MIB);
    off_t off = 0;
    ssize_t n;
    cr_assert_eq(engine_prepare(&t, true), 0);
    lseek(t.src_fd, 0, SEEK_SET);
    while ((n = t.engine->copy(&t, (struct chunk){off, t.chunk_len})) > 0)
        off += n;
    cr_assert_eq(n, 0);
    cr_assert_eq(off, t.size);
    cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)t.size));
    finish(&t);
}
