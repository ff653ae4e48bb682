/* SPDX-License-Identifier: MIT */
#include "move/mover.h"
#include "support.h"

enum { PAGE = 4096, CHUNK = 2 << 20, SIZE = 8 * CHUNK + 5 };

TestSuite(mover, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static struct pace no_limit;

struct move {
    struct transfer transfer;
    struct extents extents;
    struct mover mover;
};

static void start(struct move *m, const struct engine *engine, int src_fd, bool sparse)
{
    const struct candidate only[] = {{engine, ""}, {0}};
    *m = (struct move){.transfer = {.src_fd = src_fd,
                                    .dst_fd = make_file("dst", 0),
                                    .size = SIZE,
                                    .chunk_len = CHUNK,
                                    .sparse = sparse}};
    cr_assert_eq(engine_prepare(&m->transfer, only), 0);
    cr_assert_eq(ftruncate(m->transfer.dst_fd, SIZE), 0);
    m->mover = (struct mover){
        .ways = &m->transfer, .way_count = 1, .extents = &m->extents, .pace = &no_limit};
}

/* The worker that moves it, and how often something was counted. */
static struct slot slot;
static int ticks;

static void tick(void *arg)
{
    (void)arg;
    ticks++;
}

static const struct meter meter = {&slot, {.tick = tick}};

static int move_all(struct move *m)
{
    struct work work = mover_work(&m->mover);
    int rc = mover_prepare(&m->mover);
    for (off_t off = 0; !rc && off < m->extents.bytes; off += CHUNK) {
        off_t left = m->extents.bytes - off;
        ssize_t n = work.step(work.arg, off, left < CHUNK ? (size_t)left : CHUNK, &meter);
        rc = n < 0 ? (int)n : 0;
    }
    return rc;
}

static void end(struct move *m)
{
    engine_release(&m->transfer);
    extents_release(&m->extents);
    mover_release(&m->mover);
    close(m->transfer.src_fd);
    close(m->transfer.dst_fd);
}

static off_t allocated(int fd)
{
    struct stat st;
    fsync(fd); /* or the blocks aren't there yet */
    fstat(fd, &st);
    return st.st_blocks * 512;
}

#define FOR_EACH_ENGINE(e)                                                                         \
    for (const struct engine *const *e = engines; *e; e++)                                         \
        if ((*e)->split == SPLIT_BLOCKS)

/* Data in the first, the fifth and the last chunk. */
static int a_sparse_file(void)
{
    int fd = make_file("src", CHUNK);
    cr_assert_eq(ftruncate(fd, SIZE), 0);
    for (off_t off = 4 * CHUNK; off < 4 * CHUNK + 3 * PAGE; off += 8)
        cr_assert_eq(pwrite(fd, "some data", 8, off), 8);
    cr_assert_eq(pwrite(fd, "end", 3, SIZE - 3), 3);
    return fd;
}

Test(mover, holes_that_are_no_extents_stay_holes)
{
    FOR_EACH_ENGINE(e)
    {
        struct move m;
        start(&m, *e, a_sparse_file(), true);
        cr_assert_eq(extents_find(m.transfer.src_fd, SIZE, PAGE, &m.extents), 0);
        cr_assert_lt(m.extents.bytes, 2 * CHUNK);
        cr_assert_eq(move_all(&m), 0);
        cr_assert(same_bytes(m.transfer.src_fd, m.transfer.dst_fd, SIZE), "%s", (*e)->name);
        cr_assert_leq(allocated(m.transfer.dst_fd), CHUNK + 32 * PAGE, "%s", (*e)->name);
        end(&m);
    }
}

Test(mover, zeros_become_holes_if_they_shall)
{
    FOR_EACH_ENGINE(e)
    {
        struct move m;
        start(&m, *e, a_sparse_file(), true);
        m.mover.skip_zeros = true;
        cr_assert_eq(extents_whole(SIZE, &m.extents), 0);
        cr_assert_eq(move_all(&m), 0);
        cr_assert(same_bytes(m.transfer.src_fd, m.transfer.dst_fd, SIZE), "%s", (*e)->name);
        cr_assert_leq(allocated(m.transfer.dst_fd), CHUNK + 32 * PAGE, "%s", (*e)->name);
        end(&m);
    }
}

/* One way after the other, as if none was known to be best; each chunk is moved once, by one
 * way. */
static void move_in_turns(struct mover *mover, size_t len)
{
    struct work work = mover_work(mover);
    unsigned turn = 0;
    for (off_t off = 0; off < SIZE; off += (off_t)len) {
        mover->tuning->way = turn++ % mover->way_count;
        size_t n = off + (off_t)len < SIZE ? len : (size_t)(SIZE - off);
        cr_assert_eq((size_t)work.step(work.arg, off, n, &meter), n);
    }
}

Test(mover, what_one_way_has_begun_another_goes_on_with)
{
    static const struct engine *const turns[] = {&engine_read_write, &engine_direct,
                                                 &engine_direct_read};
    static const size_t lens[] = {CHUNK, CHUNK / TUNER_TRIAL_PART, 3 * PAGE};
    for (size_t i = 0; i < LENGTH(lens); i++) {
        struct transfer ways[LENGTH(turns)];
        struct tuning tuning;
        struct move m;
        start(&m, turns[0], make_file("src", SIZE), false);
        ways[0] = m.transfer;
        for (size_t k = 1; k < LENGTH(turns); k++) {
            const struct candidate only[] = {{turns[k], ""}, {0}};
            ways[k] = (struct transfer){.src_fd = m.transfer.src_fd,
                                        .dst_fd = m.transfer.dst_fd,
                                        .size = SIZE,
                                        .chunk_len = CHUNK};
            if (engine_prepare(&ways[k], only) < 0)
                SKIP("no direct I/O here");
        }
        tuning_begin(&tuning, tuner_begin(LENGTH(turns), 1, SIZE / lens[i]));
        cr_assert_eq(extents_whole(SIZE, &m.extents), 0);
        m.mover.ways = ways;
        m.mover.way_count = LENGTH(turns);
        m.mover.tuning = &tuning;
        move_in_turns(&m.mover, lens[i]);
        cr_assert(same_bytes(m.transfer.src_fd, m.transfer.dst_fd, SIZE), "by %zu", lens[i]);
        struct stat st;
        cr_assert_eq(fstat(m.transfer.dst_fd, &st), 0);
        cr_assert_eq(st.st_size, SIZE);
        for (size_t k = 1; k < LENGTH(turns); k++)
            engine_release(&ways[k]);
        end(&m);
    }
}

Test(mover, without_that_they_are_written)
{
    struct move m;
    start(&m, &engine_read_write, a_sparse_file(), false);
    cr_assert_eq(extents_whole(SIZE, &m.extents), 0);
    cr_assert_eq(move_all(&m), 0);
    cr_assert_geq(allocated(m.transfer.dst_fd), SIZE);
    end(&m);
}

Test(mover, a_source_that_ends_early_is_a_failure_with_zeros_skipped_too)
{
    static const bool skip[] = {false, true};
    for (size_t i = 0; i < LENGTH(skip); i++) {
        struct move m;
        start(&m, &engine_read_write, make_file("src", SIZE), false);
        m.mover.skip_zeros = skip[i];
        cr_assert_eq(extents_whole(SIZE, &m.extents), 0);
        cr_assert_eq(ftruncate(m.transfer.src_fd, 5 * CHUNK + 77), 0);
        cr_assert_eq(move_all(&m), -ENODATA);
        cr_assert_eq(m.mover.failure.err, ENODATA);
        cr_assert_eq(m.mover.failure.side, SIDE_SOURCE);
        cr_assert_eq(m.mover.failure.off, 5 * CHUNK + 77);
        end(&m);
    }
}

Test(mover, what_is_dropped_is_not_cached_afterwards)
{
    struct move m;
    start(&m, &engine_read_write, make_file("src", SIZE), false);
    cr_assert_eq(fsync(m.transfer.src_fd), 0);
    m.mover.drop_src = m.mover.drop_dst = true;
    cr_assert_eq(extents_whole(SIZE, &m.extents), 0);
    if (cache_count(m.transfer.src_fd, (struct chunk){0, SIZE}) < 0)
        SKIP("the kernel doesn't tell what is cached");
    cr_assert_eq(move_all(&m), 0);
    cr_assert(cache_count(m.transfer.src_fd, (struct chunk){0, SIZE}) < 16);
    cr_assert(same_bytes(m.transfer.src_fd, m.transfer.dst_fd, SIZE));
    end(&m);
}

Test(mover, a_stream_moves_what_there_is)
{
    const struct candidate only[] = {{&engine_stream, ""}, {0}};
    struct transfer t = {.src_fd = make_file("src", 1000), .dst_fd = make_file("dst", 0)};
    struct mover mover = {.ways = &t, .way_count = 1, .pace = &no_limit};
    t.chunk_len = CHUNK;
    lseek(t.src_fd, 0, SEEK_SET);
    cr_assert_eq(engine_prepare(&t, only), 0);
    struct work work = mover_work(&mover);
    cr_assert_eq(work.step(work.arg, 0, CHUNK, &meter), 1000);
    cr_assert_eq(work.step(work.arg, 1000, CHUNK, &meter), 0);
    cr_assert(same_bytes(t.src_fd, t.dst_fd, 1000));
    engine_release(&t);
}

Test(mover, at_a_low_rate_a_chunk_is_counted_in_pieces)
{
    enum { RATE = 100 << 10, PART = 3 * RATE };
    static const bool skip[] = {false, true};
    for (size_t i = 0; i < LENGTH(skip); i++) {
        struct move m;
        struct pace pace = {.rate = RATE};
        start(&m, &engine_read_write, make_file("src", SIZE), false);
        m.mover.pace = &pace;
        m.mover.skip_zeros = skip[i];
        cr_assert_eq(extents_whole(PART, &m.extents), 0);
        slot.done = ticks = 0;
        cr_assert_eq(move_all(&m), 0);
        cr_assert_eq(slot.done, PART, "each byte counts once");
        cr_assert_geq(ticks, 20, "%d: eight pieces a second", ticks);
        cr_assert(same_bytes(m.transfer.src_fd, m.transfer.dst_fd, PART));
        end(&m);
    }
}

Test(mover, while_a_piece_is_waited_for_there_are_ticks)
{
    struct move m;
    struct pace pace = {.rate = PAGE}; /* one second per piece */
    start(&m, &engine_read_write, make_file("src", SIZE), false);
    m.mover.pace = &pace;
    cr_assert_eq(extents_whole(PAGE, &m.extents), 0);
    slot.done = ticks = 0;
    cr_assert_eq(move_all(&m), 0);
    cr_assert_geq(ticks, 5);
    end(&m);
}

Test(mover, what_is_moved_at_any_rate_is_counted_once)
{
    FOR_EACH_ENGINE(e)
    {
        struct move m;
        struct pace pace = {.rate = 1 << 30};
        start(&m, *e, a_sparse_file(), true);
        m.mover.pace = &pace;
        cr_assert_eq(extents_find(m.transfer.src_fd, SIZE, PAGE, &m.extents), 0);
        slot.done = 0;
        cr_assert_eq(move_all(&m), 0);
        cr_assert_eq(slot.done, m.extents.bytes, "%s", (*e)->name);
        cr_assert(same_bytes(m.transfer.src_fd, m.transfer.dst_fd, SIZE), "%s", (*e)->name);
        end(&m);
    }
}
