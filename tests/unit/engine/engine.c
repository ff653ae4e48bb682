/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"
#include "support.h"

#include <signal.h>
#include <sys/resource.h>

enum { PAGE = 4096, MIB = 1 << 20 };

TestSuite(engine, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static int make_destination(const char *name, off_t size)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    cr_assert_geq(fd, 0);
    cr_assert_eq(ftruncate(fd, size), 0);
    return fd;
}

static struct transfer a_transfer(const struct engine *engine, off_t size, size_t chunk_len)
{
    return (struct transfer){.size = size,
                             .chunk_len = chunk_len,
                             .engine = engine,
                             .src_fd = make_file("src", (size_t)size),
                             .dst_fd = make_destination("dst", size)};
}

static struct chunk chunk_at(const struct transfer *t, off_t off)
{
    size_t rest = (size_t)(t->size - off);
    return (struct chunk){off, rest < t->chunk_len ? rest : t->chunk_len};
}

/* All except reflink, which has no chunks and needs a file system that supports it. */
#define FOR_EACH_ENGINE(e)                                                                         \
    for (const struct engine *const *e = engines; *e; e++)                                         \
        if ((*e)->split == SPLIT_BLOCKS)

static int prepare_only(struct transfer *t)
{
    const struct candidate candidates[] = {{t->engine, ""}, {0}};
    return engine_prepare(t, candidates);
}

static int prepare_or_read_write(struct transfer *t)
{
    const struct candidate candidates[] = {{t->engine, ""}, {&engine_read_write, ""}, {0}};
    return engine_prepare(t, candidates);
}

/* Copies chunks in order; returns the first error. */
static int copy_chunks(struct transfer *t)
{
    for (off_t off = 0; off < t->size; off += (off_t)t->chunk_len) {
        struct chunk chunk = chunk_at(t, off);
        ssize_t n = t->engine->copy(t, chunk);
        if (n < 0)
            return (int)n;
        cr_assert_eq(n, (ssize_t)chunk.len);
    }
    return 0;
}

static void finish(struct transfer *t)
{
    engine_release(t);
    close(t->src_fd);
    close(t->dst_fd);
}

/* --- copying --- */

static void assert_copied(const struct engine *engine, off_t size, size_t chunk_len)
{
    struct transfer t = a_transfer(engine, size, chunk_len);
    cr_assert_eq(prepare_only(&t), 0);
    cr_assert_eq(copy_chunks(&t), 0);
    cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)size), "%s, size %lld, chunk %zu",
              engine->name, (long long)size, chunk_len);
    struct stat st;
    fstat(t.dst_fd, &st);
    cr_assert_eq(st.st_size, size);
    finish(&t);
}

Test(engine, all_copy_files_of_every_size_in_chunks_of_every_size)
{
    static const off_t sizes[] = {1,           PAGE - 1, PAGE,        PAGE + 1,
                                  2 * MIB - 1, 2 * MIB,  2 * MIB + 1, 9 * MIB + 5};
    static const size_t chunks[] = {PAGE, 3 * PAGE, 100 * PAGE, 2 * MIB, 64 * MIB};
    FOR_EACH_ENGINE(e)
    for (size_t s = 0; s < LENGTH(sizes); s++)
        for (size_t c = 0; c < LENGTH(chunks); c++)
            assert_copied(*e, sizes[s], chunks[c]);
}

Test(engine, chunks_may_come_in_any_order)
{
    static const off_t order[] = {7, 0, 9, 8, 1, 5, 4, 3, 2, 6};
    FOR_EACH_ENGINE(e)
    {
        struct transfer t = a_transfer(*e, 10 * 300 * 1024 - 1, 300 * 1024);
        cr_assert_eq(prepare_only(&t), 0);
        for (size_t i = 0; i < LENGTH(order); i++)
            cr_assert_gt(t.engine->copy(&t, chunk_at(&t, order[i] * (off_t)t.chunk_len)), 0);
        cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)t.size), "%s", (*e)->name);
        finish(&t);
    }
}

Test(engine, only_the_chunk_that_was_asked_for_is_written)
{
    FOR_EACH_ENGINE(e)
    {
        struct transfer t = a_transfer(*e, 8 * PAGE, 2 * PAGE);
        char bytes[8 * PAGE];
        cr_assert_eq(prepare_only(&t), 0);
        cr_assert_eq(t.engine->copy(&t, (struct chunk){4 * PAGE, 2 * PAGE}), 2 * PAGE);
        cr_assert_eq(pread(t.dst_fd, bytes, sizeof(bytes), 0), (ssize_t)sizeof(bytes));
        for (size_t i = 0; i < 4 * PAGE; i++)
            cr_assert_eq(bytes[i], 0);
        for (size_t i = 6 * PAGE; i < sizeof(bytes); i++)
            cr_assert_eq(bytes[i], 0);
        finish(&t);
    }
}

Test(engine, a_prepared_transfer_can_be_copied_by_a_child)
{
    FOR_EACH_ENGINE(e)
    {
        struct transfer t = a_transfer(*e, 5 * MIB + 1, MIB);
        cr_assert_eq(prepare_only(&t), 0);
        pid_t pid = fork();
        if (pid == 0)
            _exit(copy_chunks(&t) == 0 ? 0 : 1);
        cr_assert_eq(reap(pid), 0);
        cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)t.size), "%s", (*e)->name);
        finish(&t);
    }
}

/* --- failures --- */

Test(engine, a_source_that_ends_early_is_a_failure_with_its_offset)
{
    static const off_t ends[] = {0, PAGE, MIB, 4 * MIB - PAGE};
    FOR_EACH_ENGINE(e)
    {
        for (size_t i = 0; i < LENGTH(ends); i++) {
            struct transfer t = a_transfer(*e, 4 * MIB, MIB + PAGE);
            cr_assert_eq(prepare_only(&t), 0);
            cr_assert_eq(ftruncate(t.src_fd, ends[i]), 0);
            cr_assert_eq(copy_chunks(&t), -ENODATA, "%s", (*e)->name);
            cr_assert_eq(t.failure.err, ENODATA);
            cr_assert_eq(t.failure.side, SIDE_SOURCE);
            cr_assert_eq(t.failure.off, ends[i], "%s: %lld, not %lld", (*e)->name,
                         (long long)t.failure.off, (long long)ends[i]);
            finish(&t);
        }
    }
}

Test(engine, read_write_tells_to_the_byte_where_the_source_ended)
{
    struct transfer t = a_transfer(&engine_read_write, 4 * MIB, 2 * MIB);
    cr_assert_eq(prepare_only(&t), 0);
    cr_assert_eq(ftruncate(t.src_fd, 3 * MIB + 5), 0);
    cr_assert_eq(copy_chunks(&t), -ENODATA);
    cr_assert_eq(t.failure.off, 3 * MIB + 5);
    finish(&t);
}

Test(engine, a_size_limit_is_a_failure_of_the_destination)
{
    struct transfer t = a_transfer(&engine_read_write, 4 * MIB, MIB);
    struct rlimit limit = {2 * MIB + 100, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert_eq(prepare_only(&t), 0);
    cr_assert_eq(copy_chunks(&t), -EFBIG);
    cr_assert_eq(t.failure.err, EFBIG);
    cr_assert_eq(t.failure.side, SIDE_DESTINATION);
    cr_assert_eq(t.failure.off, 2 * MIB + 100);
    finish(&t);
}

Test(engine, a_full_file_system_is_a_failure_of_the_destination)
{
    mount_small();
    FOR_EACH_ENGINE(e)
    {
        struct transfer t = a_transfer(*e, 4 * MIB, 300 * PAGE);
        close(t.dst_fd);
        t.dst_fd = make_destination("small/dst", t.size);
        int rc = prepare_only(&t);
        if (rc == -EXDEV) { /* this engine never copies from one file system to another */
            finish(&t);
            continue;
        }
        cr_assert_eq(rc, 0);
        cr_assert_eq(copy_chunks(&t), -ENOSPC, "%s", (*e)->name);
        cr_assert_eq(t.failure.err, ENOSPC);
        cr_assert_eq(t.failure.side, SIDE_DESTINATION);
        cr_assert_gt(t.failure.off, MIB / 2);
        cr_assert_leq(t.failure.off, MIB);
        cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)t.failure.off), "%s", (*e)->name);
        finish(&t);
        unlink("small/dst");
    }
}

Test(engine, a_full_device_is_a_failure_of_the_destination)
{
    struct transfer t = a_transfer(&engine_read_write, 4 * MIB, 4 * MIB);
    close(t.dst_fd);
    t.dst_fd = open("/dev/full", O_RDWR);
    cr_assert_eq(prepare_only(&t), 0);
    cr_assert_eq(copy_chunks(&t), -ENOSPC);
    cr_assert_eq(t.failure.side, SIDE_DESTINATION);
    cr_assert_eq(t.failure.off, 0);
    finish(&t);
}

Test(engine, a_source_that_cannot_be_read_is_a_failure_of_the_source)
{
    struct transfer t = a_transfer(&engine_read_write, MIB, MIB);
    close(t.src_fd);
    t.src_fd = open("src", O_WRONLY);
    cr_assert_eq(prepare_only(&t), 0);
    cr_assert_eq(copy_chunks(&t), -EBADF);
    cr_assert_eq(t.failure.side, SIDE_SOURCE);
    cr_assert_eq(t.failure.off, 0);
    finish(&t);
}

static void raise_bus_error(void)
{
    raise(SIGBUS);
}

/* As a bug elsewhere would: by touching a mapping beyond the end of its file. */
static void meet_bus_error(void)
{
    int fd = make_file("other", PAGE);
    volatile char *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    if (ftruncate(fd, 0) == 0)
        (void)map[0];
}

Test(engine, a_bus_error_that_is_not_the_copys_still_kills)
{
    static void (*const errors[])(void) = {raise_bus_error, meet_bus_error};
    struct transfer t = a_transfer(&engine_mmap, MIB, MIB);
    cr_assert_eq(prepare_only(&t), 0);
    for (size_t i = 0; i < LENGTH(errors); i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct rlimit no_core = {0, 0};
            setrlimit(RLIMIT_CORE, &no_core);
            errors[i]();
            _exit(0);
        }
        int status = reap(pid);
        cr_assert(WIFSIGNALED(status), "case %zu", i);
        cr_assert_eq(WTERMSIG(status), SIGBUS);
    }
    finish(&t);
}

/* --- choosing --- */

Test(engine, each_is_found_by_its_name)
{
    cr_assert_eq(engine_find("mmap"), &engine_mmap);
    cr_assert_eq(engine_find("read-write"), &engine_read_write);
    for (const struct engine *const *e = engines; *e; e++)
        cr_assert_eq(engine_find((*e)->name), *e);
}

Test(engine, no_other_name_is_one)
{
    static const char *const names[] = {"",     "warp", "mma",    "mmapp",
                                        "MMAP", "auto", "stream", "null"};
    for (size_t i = 0; i < LENGTH(names); i++)
        cr_assert_null(engine_find(names[i]), "%s", names[i]);
}

/* Pairs that mmap refuses: */

static void close_and_open_for_writing_only(struct transfer *t)
{
    close(t->dst_fd);
    t->dst_fd = open("dst", O_WRONLY);
}

static void replace_source_by_a_pipe(struct transfer *t)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(t->src_fd);
    t->src_fd = ends[0];
}

static void replace_source_by_one_of_proc(struct transfer *t)
{
    close(t->src_fd);
    t->src_fd = open("/proc/self/status", O_RDONLY);
    cr_assert_geq(t->src_fd, 0);
}

static void forget_the_size(struct transfer *t)
{
    t->size = 0;
}

static const struct {
    void (*spoil)(struct transfer *);
    int err;
} unmappable[] = {
    {close_and_open_for_writing_only, EACCES},
    {replace_source_by_a_pipe, ENODEV},
    {replace_source_by_one_of_proc, ENODEV},
    {forget_the_size, EINVAL},
};

Test(engine, what_cannot_be_mapped_falls_back_to_read_and_write)
{
    for (size_t i = 0; i < LENGTH(unmappable); i++) {
        struct transfer t = a_transfer(&engine_mmap, MIB, MIB);
        unmappable[i].spoil(&t);
        cr_assert_eq(prepare_or_read_write(&t), 0);
        cr_assert_eq(t.engine, &engine_read_write);
        cr_assert_null(t.state, "nothing of the other stays");
        finish(&t);
    }
}

Test(engine, the_only_engine_has_no_fallback)
{
    for (size_t i = 0; i < LENGTH(unmappable); i++) {
        struct transfer t = a_transfer(&engine_mmap, MIB, MIB);
        unmappable[i].spoil(&t);
        cr_assert_eq(prepare_only(&t), -unmappable[i].err, "case %zu", i);
        cr_assert_eq(t.engine, &engine_mmap);
        finish(&t);
    }
}

Test(engine, a_broken_pair_has_no_fallback)
{
    struct transfer t = a_transfer(&engine_mmap, MIB, MIB);
    close(t.src_fd);
    t.src_fd = -1;
    cr_assert_eq(prepare_or_read_write(&t), -EBADF);
    cr_assert_eq(t.engine, &engine_mmap);
    engine_release(&t);
    engine_release(&t); /* a second time is harmless */
    close(t.dst_fd);
}

Test(engine, the_last_candidates_error_is_told)
{
    const struct candidate candidates[] = {{&engine_mmap, ""}, {&engine_copy_range, ""}, {0}};
    struct transfer t = a_transfer(&engine_mmap, MIB, MIB);
    replace_source_by_a_pipe(&t);
    cr_assert_eq(engine_prepare(&t, candidates), -EINVAL);
    cr_assert_eq(t.engine, &engine_copy_range);
    finish(&t);
}

/* --- what only one of them does --- */

Test(engine, direct_leaves_the_size_as_it_is_wherever_the_file_ends)
{
    static const off_t sizes[] = {1, 511, 513, PAGE + 1, MIB - 1, MIB + 512};
    for (size_t i = 0; i < LENGTH(sizes); i++)
        assert_copied(&engine_direct, sizes[i], MIB);
}

Test(engine, direct_refuses_to_end_within_a_block_of_a_device)
{
    struct transfer t = a_transfer(&engine_direct, MIB + 1, MIB);
    close(t.dst_fd);
    t.dst_fd =
        open("/dev/null",
             O_RDWR); /* here, a block device is replaced by anything that isn't a regular file */
    cr_assert_eq(prepare_only(&t), -EINVAL);
    finish(&t);
}

Test(engine, direct_reads_what_is_newer_in_the_cache)
{
    struct transfer t = a_transfer(&engine_direct, MIB, MIB);
    cr_assert_eq(fsync(t.src_fd), 0);
    cr_assert_eq(pwrite(t.src_fd, "newer", 5, 1000), 5);
    cr_assert_eq(prepare_only(&t), 0);
    cr_assert_eq(copy_chunks(&t), 0);
    cr_assert(same_bytes(t.src_fd, t.dst_fd, MIB));
    finish(&t);
}

Test(engine, null_moves_nothing)
{
    struct transfer t = a_transfer(&engine_null, MIB, MIB);
    cr_assert_eq(prepare_only(&t), 0);
    cr_assert_eq(copy_chunks(&t), 0);
    struct stat st;
    fstat(t.dst_fd, &st);
    cr_assert_eq(st.st_blocks, 0);
    finish(&t);
}

Test(engine, the_fallback_copies)
{
    struct transfer t = a_transfer(&engine_mmap, MIB + 1, MIB);
    close_and_open_for_writing_only(&t);
    cr_assert_eq(prepare_or_read_write(&t), 0);
    cr_assert_eq(copy_chunks(&t), 0);
    close(t.dst_fd);
    t.dst_fd = open("dst", O_RDONLY);
    cr_assert(same_bytes(t.src_fd, t.dst_fd, (size_t)t.size));
    finish(&t);
}
