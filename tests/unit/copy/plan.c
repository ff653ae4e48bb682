/* SPDX-License-Identifier: MIT */
#include "copy/plan.h"
#include "support.h"

#include <linux/magic.h>

enum { PAGE = 4096, CPUS = 4 };

static const off_t large = 1LL << 30;
static const struct wishes none = {0};

static struct source a_source(off_t size)
{
    struct source src = {.size = size, .has_size = size > 0};
    src.st.st_mode = S_IFREG | 0644;
    src.st.st_size = size;
    return src;
}

static struct destination a_new_destination(long fs)
{
    return (struct destination){
        .dir_fd = 3, .name = (char[]){"dst"}, .dir_writable = true, .fs = fs};
}

static struct destination an_old_destination(void)
{
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    dst.exists = dst.writable = true;
    dst.st.st_mode = S_IFREG | 0644;
    dst.st.st_nlink = 1;
    dst.st.st_size = 100;
    return dst;
}

static struct destination a_special_destination(mode_t type)
{
    struct destination dst = an_old_destination();
    dst.st.st_mode = type | 0600;
    dst.st.st_size = 0;
    dst.dir_fd = AT_FDCWD;
    return dst;
}

static const struct facts warm = {
    .cpus = CPUS, .page = PAGE, .memory = 16LL << 30, .src_cached = 1};
static const struct facts cold = {.cpus = CPUS, .page = PAGE, .memory = 16LL << 30};

static struct plan plan_with(struct facts facts, off_t size, struct destination dst,
                             struct wishes wishes)
{
    struct source src = a_source(size);
    src.fs = dst.fs;
    return plan_make(&src, &dst, &wishes, &facts, size);
}

/* With so much memory that no file is large. */
static struct plan plan_on(unsigned cpus, off_t size, struct destination dst, struct wishes wishes)
{
    struct facts facts = warm;
    facts.cpus = cpus;
    facts.memory = 1LL << 60;
    return plan_with(facts, size, dst, wishes);
}

static const struct engine *engine_for(struct facts facts, off_t size, long fs,
                                       struct wishes wishes)
{
    struct plan plan = plan_with(facts, size, a_new_destination(fs), wishes);
    return plan.engines[0].engine;
}

static struct plan plan_of(off_t size, struct destination dst, struct wishes wishes)
{
    return plan_on(CPUS, size, dst, wishes);
}

/* --- engine --- */

/* Where nothing was measured, an engine that reads directly is worth a trial. */
Test(plan, the_engine_is_the_best_by_forecast)
{
    static const struct {
        long fs;
        const struct engine *warm, *cold, *to_disk;
    } expected[] = {
        {EXT4_SUPER_MAGIC, &engine_read_write, &engine_direct, &engine_direct},
        {XFS_SUPER_MAGIC, &engine_read_write, &engine_direct, &engine_direct},
        {BTRFS_SUPER_MAGIC, &engine_read_write, &engine_direct_read, &engine_direct_read},
        {TMPFS_MAGIC, &engine_read_write, &engine_direct_read, &engine_read_write},
        {OVERLAYFS_SUPER_MAGIC, &engine_read_write, &engine_direct_read, &engine_read_write},
        {0, &engine_read_write, &engine_direct_read, &engine_read_write},
    };
    static const struct wishes sync = {.sync = true}, drop = {.cache = CACHE_DROP};
    for (size_t i = 0; i < LENGTH(expected); i++) {
        long fs = expected[i].fs;
        cr_assert_eq(engine_for(warm, large, fs, none), expected[i].warm, "warm, %lx", fs);
        cr_assert_eq(engine_for(cold, large, fs, none), expected[i].cold, "cold, %lx", fs);
        cr_assert_eq(engine_for(warm, large, fs, sync), expected[i].to_disk, "fsync, %lx", fs);
        cr_assert_eq(engine_for(cold, large, fs, sync), expected[i].to_disk, "fsync, %lx", fs);
        cr_assert_eq(engine_for(warm, large, fs, drop), expected[i].to_disk, "drop, %lx", fs);
    }
}

Test(plan, many_cpus_map_what_is_large)
{
    static const long systems[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC};
    for (size_t i = 0; i < LENGTH(systems); i++)
        cr_assert_eq(plan_on(8, large, a_new_destination(systems[i]), none).engines[0].engine,
                     &engine_mmap);
}

/* Memory may be slow to get, and there is no time to find that out. */
Test(plan, what_is_over_soon_takes_small_pieces_of_memory)
{
    struct plan plan = plan_on(2, PLAN_LARGE / 2, a_new_destination(EXT4_SUPER_MAGIC), none);
    cr_assert_eq(plan.engines[0].engine, &engine_read_write);
    cr_assert_eq(plan.engines[0].buffer_len, 0, "the engine's own is small");
}

Test(plan, small_files_are_read_and_written)
{
    static const long systems[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                   TMPFS_MAGIC, 0};
    for (size_t i = 0; i < LENGTH(systems); i++) {
        struct plan plan = plan_with(warm, 1 << 20, a_new_destination(systems[i]), none);
        cr_assert_eq(plan.engines[0].engine, &engine_read_write);
        cr_assert_eq(plan.engines[0].buffer_len, 0, "the engine's own is small");
        cr_assert_eq(engine_for(cold, 1, systems[i], none), &engine_read_write);
        cr_assert_eq(engine_for(cold, FACTS_TINY - 1, systems[i], (struct wishes){.sync = true}),
                     &engine_read_write);
    }
}

Test(plan, large_files_are_written_with_large_buffers_unless_told_otherwise)
{
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    struct wishes wishes = {.engine = &engine_read_write};
    cr_assert_eq(plan_of(PLAN_LARGE, dst, wishes).engines[0].buffer_len, PLAN_LARGE_BUFFER);
    cr_assert_eq(plan_of(PLAN_LARGE - 1, dst, wishes).engines[0].buffer_len, 0);
    wishes.buffer_len = 2 * PAGE - 1;
    cr_assert_eq(plan_of(PLAN_LARGE, dst, wishes).engines[0].buffer_len, 2 * PAGE);
}

Test(plan, direct_io_begins_where_it_pays)
{
    static const struct wishes sync = {.sync = true};
    cr_assert_eq(engine_for(cold, FACTS_TINY, EXT4_SUPER_MAGIC, none), &engine_direct);
    cr_assert_eq(engine_for(cold, FACTS_TINY, XFS_SUPER_MAGIC, sync), &engine_direct);
    cr_assert_eq(engine_for(cold, 1 << 20, BTRFS_SUPER_MAGIC, none), &engine_read_write);
    cr_assert_eq(engine_for(cold, 1 << 20, BTRFS_SUPER_MAGIC, sync), &engine_read_write);
    cr_assert_eq(engine_for(cold, FACTS_SMALL, BTRFS_SUPER_MAGIC, none), &engine_direct_read);
}

static bool may_take(struct wishes wishes, const struct engine *engine)
{
    struct plan plan = plan_with(warm, large, a_new_destination(EXT4_SUPER_MAGIC), wishes);
    for (size_t i = 0; plan.engines[i].engine; i++)
        if (plan.engines[i].engine == engine)
            return true;
    return false;
}

Test(plan, what_is_to_be_cached_is_not_written_past_the_cache)
{
    cr_assert(may_take(none, &engine_direct));
    cr_assert(!may_take((struct wishes){.cache = CACHE_KEEP}, &engine_direct));
}

static bool includes(const struct plan *plan, bool (*is_such)(const struct engine *))
{
    for (size_t i = 0; plan->engines[i].engine; i++)
        if (is_such(plan->engines[i].engine))
            return true;
    return false;
}

static bool maps(const struct engine *engine)
{
    return engine->maps;
}

static bool is_direct(const struct engine *engine)
{
    return engine == &engine_direct;
}

/* What a mapping has in the page cache would be written back over what was written directly. */
Test(plan, no_file_is_both_mapped_and_written_directly)
{
    static const long systems[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                   TMPFS_MAGIC, 0};
    static const struct wishes kept = {.cache = CACHE_KEEP};
    for (size_t i = 0; i < LENGTH(systems); i++)
        for (unsigned cpus = 1; cpus <= 64; cpus *= 2)
            for (off_t size = FACTS_SMALL; size <= large; size *= 4) {
                struct destination dst = a_new_destination(systems[i]);
                struct plan plan = plan_on(cpus, size, dst, none);
                cr_assert(!includes(&plan, maps) || !includes(&plan, is_direct), "%lx by %u",
                          systems[i], cpus);
                plan = plan_on(cpus, size, dst, kept);
                cr_assert(!includes(&plan, is_direct));
            }
}

Test(plan, ways_may_change_where_bytes_can_go_any_way)
{
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC), old = an_old_destination();
    cr_assert_gt(plan_of(large, dst, none).ways, 1);
    cr_assert_eq(plan_of(1 << 20, dst, none).ways, 1, "small");
    cr_assert_eq(plan_of(large, dst, (struct wishes){.rate = 1 << 20}).ways, 1);
    cr_assert_eq(plan_of(large, dst, (struct wishes){.sync = true}).ways, 1);
    cr_assert_eq(plan_of(large, dst, (struct wishes){.cache = CACHE_DROP}).ways, 1);
    cr_assert_eq(plan_of(large, dst, (struct wishes){.sparse = WHEN_ALWAYS}).ways, 1);
    cr_assert_eq(plan_of(large, dst, (struct wishes){.engine = &engine_mmap}).ways, 1);
    cr_assert_eq(plan_of(large, old, (struct wishes){.in_place = true}).ways, 1);
    cr_assert_eq(plan_of(large, a_new_destination(NFS_SUPER_MAGIC), none).ways, 1);
    cr_assert_eq(plan_with(cold, large, dst, none).ways, 1, "what was measured cold is believed");
    cr_assert_gt(plan_with(cold, large, a_new_destination(0), none).ways, 1);
}

Test(plan, reading_and_writing_is_always_the_last_resort)
{
    static const long systems[] = {EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC, TMPFS_MAGIC,
                                   NFS_SUPER_MAGIC, 0};
    for (size_t i = 0; i < LENGTH(systems); i++) {
        struct plan plan = plan_with(cold, large, a_new_destination(systems[i]), none);
        size_t last = 0;
        while (plan.engines[last + 1].engine)
            last++;
        cr_assert_eq(plan.engines[last].engine, &engine_read_write);
        for (size_t e = 0; e < last; e++)
            cr_assert_neq(plan.engines[e].engine, &engine_read_write, "no engine is tried twice");
    }
}

Test(plan, an_engine_that_was_asked_for_has_no_fallback)
{
    static const off_t sizes[] = {1, 1LL << 30};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct plan plan = plan_of(sizes[i], a_new_destination(BTRFS_SUPER_MAGIC),
                                   (struct wishes){.engine = &engine_mmap});
        cr_assert_eq(plan.engines[0].engine, &engine_mmap);
        cr_assert_str_eq(plan.engines[0].why, "--engine was given");
        cr_assert_null(plan.engines[1].engine);
    }
}

Test(plan, an_engine_that_was_asked_for_overwrites_too)
{
    struct plan plan = plan_of(large, an_old_destination(),
                               (struct wishes){.engine = &engine_mmap, .in_place = true});
    cr_assert_eq(plan.engines[0].engine, &engine_mmap);
}

Test(plan, what_is_overwritten_is_not_mapped)
{
    struct destination old = an_old_destination();
    old.fs = BTRFS_SUPER_MAGIC;
    struct plan plan = plan_of(large, old, (struct wishes){.in_place = true});
    cr_assert_eq(plan.engines[0].engine, &engine_read_write);
    for (size_t i = 0; plan.engines[i].engine; i++)
        cr_assert(!plan.engines[i].engine->maps);
    plan = plan_of(large, a_special_destination(S_IFBLK), none);
    cr_assert(plan.in_place);
    cr_assert_eq(plan.engines[0].engine, &engine_read_write);
}

/* --- sharing extents --- */

static bool tries_to_share(long src_fs, long dst_fs, struct wishes wishes)
{
    struct source src = a_source(large);
    struct destination dst = a_new_destination(dst_fs);
    src.fs = src_fs;
    return plan_make(&src, &dst, &wishes, &warm, large).reflink == REFLINK_TRY;
}

Test(plan, extents_are_shared_where_that_may_work)
{
    cr_assert(tries_to_share(BTRFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, none));
    cr_assert(tries_to_share(XFS_SUPER_MAGIC, XFS_SUPER_MAGIC, none));
    cr_assert(tries_to_share(12345, 12345, none), "nobody knows what that can do");
    cr_assert_not(tries_to_share(EXT4_SUPER_MAGIC, EXT4_SUPER_MAGIC, none));
    cr_assert_not(tries_to_share(TMPFS_MAGIC, TMPFS_MAGIC, none));
    cr_assert_not(tries_to_share(XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, none));
}

Test(plan, extents_are_not_shared_against_the_users_wish)
{
    static const struct wishes wishes[] = {{.reflink = WHEN_NEVER},
                                           {.sparse = WHEN_ALWAYS},
                                           {.sparse = WHEN_NEVER},
                                           {.engine = &engine_mmap}};
    for (size_t i = 0; i < LENGTH(wishes); i++)
        cr_assert_not(tries_to_share(BTRFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, wishes[i]), "case %zu",
                      i);
}

Test(plan, sharing_that_was_asked_for_has_no_fallback)
{
    struct plan plan = plan_of(large, a_new_destination(EXT4_SUPER_MAGIC),
                               (struct wishes){.reflink = WHEN_ALWAYS});
    cr_assert_eq(plan.reflink, REFLINK_MUST);
}

Test(plan, a_server_is_asked_to_copy_by_itself)
{
    struct plan plan = plan_of(large, a_new_destination(NFS_SUPER_MAGIC), none);
    cr_assert_eq(plan.reflink, REFLINK_TRY);
    cr_assert_eq(plan.engines[0].engine, &engine_copy_range);
}

Test(plan, a_server_that_may_share_extents_is_not_asked_where_they_shall_not_be)
{
    static const struct wishes wishes[] = {{.reflink = WHEN_NEVER}, {.sparse = WHEN_NEVER}};
    for (size_t i = 0; i < LENGTH(wishes); i++) {
        struct plan plan = plan_of(large, a_new_destination(NFS_SUPER_MAGIC), wishes[i]);
        cr_assert_eq(plan.engines[0].engine, &engine_read_write);
    }
}

/* --- holes --- */

static struct plan plan_sparse(off_t data, struct destination dst, enum when sparse)
{
    struct source src = a_source(large);
    struct wishes wishes = {.sparse = sparse};
    return plan_make(&src, &dst, &wishes, &warm, data);
}

Test(plan, holes_are_what_the_user_wants)
{
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    cr_assert_eq(plan_sparse(large / 2, dst, WHEN_AUTO).holes, HOLES_KEEP);
    cr_assert_eq(plan_sparse(large / 2, dst, WHEN_ALWAYS).holes, HOLES_MAKE);
    cr_assert_eq(plan_sparse(large / 2, dst, WHEN_NEVER).holes, HOLES_FILL);
}

Test(plan, what_can_have_no_holes_is_filled)
{
    struct destination device = a_special_destination(S_IFBLK), out = an_old_destination();
    out.standard = true;
    for (enum when sparse = WHEN_AUTO; sparse <= WHEN_NEVER; sparse++) {
        cr_assert_eq(plan_sparse(large / 2, device, sparse).holes, HOLES_FILL);
        cr_assert_eq(plan_sparse(large / 2, out, sparse).holes, HOLES_FILL);
    }
}

Test(plan, only_data_counts)
{
    struct destination dst = a_new_destination(0);
    struct plan plan = plan_sparse(3 * PLAN_MIN_BLOCK, dst, WHEN_AUTO);
    cr_assert_eq(plan.size, large);
    cr_assert_eq(plan.data, 3 * PLAN_MIN_BLOCK);
    cr_assert_eq(plan.jobs, 3);
    plan = plan_sparse(3 * PLAN_MIN_BLOCK, dst, WHEN_NEVER);
    cr_assert_eq(plan.data, large);
    cr_assert_gt(plan.jobs, 3);
    plan = plan_sparse(0, dst, WHEN_AUTO);
    cr_assert_eq(plan.jobs, 0);
}

/* --- the page cache --- */

Test(plan, a_file_that_is_large_for_memory_goes_past_the_cache)
{
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    off_t limit = (off_t)warm.memory / PLAN_MEMORY_PART;
    cr_assert_not(plan_with(cold, limit, dst, none).drop_dst);
    struct plan plan = plan_with(cold, limit + PAGE, dst, none);
    cr_assert(plan.drop_dst && plan.drop_src);
    cr_assert_eq(plan.engines[0].engine, &engine_direct);
    plan = plan_with(cold, limit + PAGE, dst, (struct wishes){.cache = CACHE_KEEP});
    cr_assert_not(plan.drop_dst || plan.drop_src);
    cr_assert_eq(plan.engines[0].engine, &engine_direct_read);
}

Test(plan, a_source_that_was_cached_stays_so_unless_asked_otherwise)
{
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    off_t huge = 1LL << 40;
    cr_assert_not(plan_with(warm, huge, dst, none).drop_src);
    cr_assert(plan_with(warm, huge, dst, none).drop_dst);
    cr_assert(plan_with(warm, PAGE, dst, (struct wishes){.cache = CACHE_DROP}).drop_src);
}

Test(plan, memory_that_is_not_known_is_enough)
{
    struct facts facts = {.cpus = CPUS, .page = PAGE};
    cr_assert_not(plan_with(facts, 1LL << 50, a_new_destination(0), none).drop_dst);
}

Test(plan, what_must_reach_the_disk_is_on_its_way_early)
{
    cr_assert(plan_of(large, a_new_destination(0), (struct wishes){.sync = true}).start_writing);
    cr_assert_not(plan_of(large, a_new_destination(0), none).start_writing);
}

/* --- the rate --- */

Test(plan, a_limit_makes_chunks_small)
{
    struct destination dst = a_new_destination(0);
    struct plan plan = plan_of(large, dst, (struct wishes){.rate = 1 << 20});
    cr_assert_eq(plan.rate, 1 << 20);
    cr_assert_leq(plan.chunk_len, (1 << 20) / 8 + PAGE);
    cr_assert_eq(plan_of(large, dst, (struct wishes){.rate = 1}).chunk_len, PAGE);
    cr_assert_eq(plan_of(large, dst, (struct wishes){.rate = 1LL << 40}).chunk_len,
                 PLAN_DEFAULT_CHUNK);
}

/* --- room --- */

static enum reserve reserve_on(long fs, off_t size, enum when sparse)
{
    return plan_of(size, a_new_destination(fs), (struct wishes){.sparse = sparse}).reserve;
}

Test(plan, room_is_taken_for_a_large_file)
{
    static const long systems[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, 0};
    for (size_t i = 0; i < LENGTH(systems); i++)
        cr_assert_eq(reserve_on(systems[i], large, WHEN_AUTO), RESERVE_ALLOCATE);
}

Test(plan, room_is_only_looked_for_where_taking_it_is_slow)
{
    cr_assert_eq(reserve_on(TMPFS_MAGIC, large, WHEN_AUTO), RESERVE_LOOK);
    cr_assert_eq(reserve_on(EXT4_SUPER_MAGIC, PAGE, WHEN_AUTO), RESERVE_LOOK);
}

Test(plan, nobody_knows_how_much_room_zeros_need_that_become_holes)
{
    cr_assert_eq(reserve_on(EXT4_SUPER_MAGIC, large, WHEN_ALWAYS), RESERVE_NOTHING);
}

Test(plan, nobody_knows_how_much_room_compressed_data_needs)
{
    static const off_t sizes[] = {PAGE, large};
    struct destination dst = a_new_destination(BTRFS_SUPER_MAGIC);
    dst.compresses = true;
    for (size_t i = 0; i < LENGTH(sizes); i++)
        cr_assert_eq(plan_of(sizes[i], dst, none).reserve, RESERVE_NOTHING);
}

/* --- jobs and blocks --- */

Test(plan, a_large_file_gets_as_many_workers_as_make_it_quicker)
{
    static const unsigned cpus[] = {1, 2};
    for (size_t i = 0; i < LENGTH(cpus); i++) {
        struct plan plan = plan_on(cpus[i], 1LL << 40, a_new_destination(TMPFS_MAGIC), none);
        cr_assert_eq(plan.jobs, cpus[i]);
        cr_assert_eq(plan.blocks, cpus[i]);
        cr_assert_str_eq(plan.jobs_why, "one for each CPU that may be used");
    }
    struct plan plan = plan_on(128, 1LL << 40, a_new_destination(EXT4_SUPER_MAGIC), none);
    cr_assert_lt(plan.jobs, 64);
    cr_assert_str_eq(plan.jobs_why, "more wouldn't make it quicker");
}

Test(plan, the_largest_machine_gets_no_more_workers_than_pay)
{
    struct facts facts = cold;
    facts.cpus = 100000;
    cr_assert_eq(plan_with(facts, 1LL << 50, a_new_destination(0), none).jobs, PLAN_MAX_JOBS);
}

Test(plan, a_small_file_is_copied_without_workers)
{
    static const off_t sizes[] = {1, PAGE, 2 * PLAN_MIN_BLOCK - 1};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct plan plan = plan_of(sizes[i], a_new_destination(EXT4_SUPER_MAGIC), none);
        cr_assert_eq(plan.jobs, 0);
        cr_assert_eq(plan.blocks, 1);
    }
}

Test(plan, for_a_checksum_workers_stay_close_together_and_leave_bytes_in_the_page_cache)
{
    const struct wishes wishes = {.checksum = CHECKSUM_XXH128, .nodes = 4};
    struct plan plan = plan_with(cold, 1LL << 30, a_new_destination(EXT4_SUPER_MAGIC), wishes);
    cr_assert_gt(plan.jobs, 1);
    cr_assert_eq(plan.blocks, 1);
    cr_assert_eq(plan.nodes, 1);
    for (const struct candidate *c = plan.engines; c->engine; c++)
        cr_assert(c->engine != &engine_direct && c->engine != &engine_direct_read);
    plan = plan_with(cold, 1LL << 30, a_new_destination(EXT4_SUPER_MAGIC), none);
    cr_assert_eq(plan.engines[0].engine, &engine_direct); /* else this would prove nothing */
}

Test(plan, a_disk_is_kept_busy_by_more_workers_than_cpus)
{
    struct facts facts = cold;
    facts.cpus = 2;
    struct plan plan = plan_with(facts, large, a_new_destination(EXT4_SUPER_MAGIC), none);
    cr_assert_eq(plan.jobs, PLAN_DISK_JOBS);
    cr_assert_str_eq(plan.jobs_why, "that many keep a disk busy");
    facts.cpus = 16;
    cr_assert_eq(plan_with(facts, large, a_new_destination(EXT4_SUPER_MAGIC), none).jobs, 16);
    facts = warm;
    facts.cpus = 2;
    cr_assert_eq(
        plan_with(facts, large, a_new_destination(EXT4_SUPER_MAGIC), (struct wishes){.sync = true})
            .jobs,
        PLAN_DISK_JOBS);
}

/* For cached data, no more workers are at work at once than there are CPUs, however many were asked
 * for; with that many CPUs a mapping is several times as quick. */
Test(plan, the_forecast_reckons_with_cpus)
{
    const struct wishes asked = {.jobs = 16};
    struct facts facts = warm;
    facts.cpus = 2;
    struct plan plan = plan_with(facts, large, a_new_destination(EXT4_SUPER_MAGIC), asked);
    cr_assert_not(plan.engines[0].engine->maps, "%s", plan.engines[0].engine->name);
    facts.cpus = 16;
    plan = plan_with(facts, large, a_new_destination(EXT4_SUPER_MAGIC), asked);
    cr_assert(plan.engines[0].engine->maps, "%s", plan.engines[0].engine->name);
}

Test(plan, a_rotating_disk_is_read_in_order)
{
    struct facts facts = cold;
    facts.src_spins = true;
    struct plan plan = plan_with(facts, large, a_new_destination(EXT4_SUPER_MAGIC), none);
    cr_assert_eq(plan.jobs, 1);
    facts.src_cached = 1; /* then the disk isn't read */
    cr_assert_gt(plan_with(facts, large, a_new_destination(EXT4_SUPER_MAGIC), none).jobs, 1);
}

/* Whether source or destination is there, warm or cold, on few CPUs or many. */
Test(plan, on_a_network_file_system_it_begins_with_a_few_workers_and_more_are_tried)
{
    static const unsigned cpus[] = {1, 2, 64};
    for (size_t i = 0; i < LENGTH(cpus); i++) {
        struct destination dst = a_new_destination(0);
        struct facts facts = i % 2 ? warm : cold;
        facts.cpus = cpus[i];
        dst.network = true;
        struct plan plan = plan_with(facts, large, dst, none);
        cr_assert_eq(plan.jobs, PLAN_DISK_JOBS, "%u CPUs: %u jobs", cpus[i], plan.jobs);
        cr_assert_eq(plan.most_jobs, cpus[i] > 16 ? cpus[i] : PLAN_MOST_DISK_JOBS);
        cr_assert(strstr(plan.jobs_why, "network file system"));
    }
    struct source src = a_source(large);
    struct destination local = a_new_destination(EXT4_SUPER_MAGIC);
    src.network = true;
    cr_assert(plan_make(&src, &local, &none, &warm, large).network);
}

Test(plan, on_a_network_file_system_what_was_asked_for_is_kept)
{
    struct destination dst = a_new_destination(0);
    dst.network = true;
    struct plan plan = plan_with(warm, large, dst, (struct wishes){.jobs = 7});
    cr_assert_eq(plan.jobs, 7);
    cr_assert_eq(plan.most_jobs, 7);
    plan = plan_with(warm, large, dst, (struct wishes){.rate = 1 << 30});
    cr_assert_eq(plan.most_jobs, PLAN_DISK_JOBS);
}

Test(plan, a_block_is_large_enough_for_a_worker)
{
    struct plan plan = plan_of(2 * PLAN_MIN_BLOCK, a_new_destination(0), none);
    cr_assert_eq(plan.jobs, 2);
    cr_assert_str_eq(plan.jobs_why, "a smaller block isn't worth a process");
    cr_assert_eq(plan_of(4 * PLAN_MIN_BLOCK - 1, a_new_destination(0), none).jobs, 3);
    cr_assert_eq(plan_of(4 * PLAN_MIN_BLOCK, a_new_destination(0), none).jobs, 4);
}

Test(plan, jobs_that_were_asked_for_are_given_as_far_as_pages_go)
{
    static const struct {
        off_t size;
        unsigned asked, given;
    } cases[] = {
        {1LL << 30, 1, 1},
        {1LL << 30, 64, 64}, /* more than there are CPUs */
        {1LL << 30, PLAN_MAX_JOBS, PLAN_MAX_JOBS},
        {1LL << 30, 10000, PLAN_MAX_JOBS},
        {1LL << 30, (unsigned)-1, PLAN_MAX_JOBS},
        {3 * PAGE + 1, 64, 3},
        {2 * PAGE, 2, 2}, /* fewer bytes than a process is worth, but it was asked for */
        {1, 64, 1},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct plan plan =
            plan_of(cases[i].size, a_new_destination(0), (struct wishes){.jobs = cases[i].asked});
        cr_assert_eq(plan.jobs, cases[i].given, "case %zu: %u jobs", i, plan.jobs);
        cr_assert_eq(plan.blocks, plan.jobs);
        cr_assert_str_eq(plan.jobs_why, plan.jobs < cases[i].asked
                                            ? "more can't be used for this file"
                                            : "--jobs was given");
    }
}

Test(plan, chunks_are_whole_pages)
{
    static const struct {
        size_t asked, given;
    } cases[] = {
        {0, PLAN_DEFAULT_CHUNK},  {1, PAGE}, {PAGE - 1, PAGE}, {PAGE, PAGE}, {PAGE + 1, 2 * PAGE},
        {(1 << 30) - 1, 1 << 30},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct wishes wishes = {.chunk_len = cases[i].asked};
        cr_assert_eq(plan_of(large, a_new_destination(0), wishes).chunk_len, cases[i].given);
    }
}

Test(plan, chunks_follow_the_page_size)
{
    struct source src = a_source(large);
    struct destination dst = a_new_destination(0);
    struct wishes wishes = {.chunk_len = PAGE, .jobs = 2};
    struct facts facts = warm;
    facts.page = 64 << 10;
    struct plan plan = plan_make(&src, &dst, &wishes, &facts, large);
    cr_assert_eq(plan.chunk_len, 64 << 10);
    cr_assert_eq(plan.page, 64 << 10);
}

/* --- placement --- */

static void assert_placed(struct destination dst, struct wishes wishes, const char *why)
{
    struct plan plan = plan_of(large, dst, wishes);
    cr_assert(plan.in_place, "%s", why);
    cr_assert_str_eq(plan.placement_why, why);
}

Test(plan, what_can_be_replaced_is_staged)
{
    const struct destination destinations[] = {a_new_destination(0), an_old_destination()};
    for (size_t i = 0; i < LENGTH(destinations); i++) {
        struct plan plan = plan_of(large, destinations[i], none);
        cr_assert_not(plan.in_place);
        cr_assert_str_eq(plan.placement_why, "it appears only when it is complete");
    }
}

Test(plan, a_new_file_is_never_written_in_place_unasked)
{
    struct destination dst = a_new_destination(0);
    dst.dir_writable = false; /* creating it will say why it can't be done */
    cr_assert_not(plan_of(large, dst, none).in_place);
    assert_placed(dst, (struct wishes){.in_place = true}, "--inplace was given");
}

Test(plan, a_destination_that_cannot_be_replaced_is_written_in_place)
{
    struct destination dst = an_old_destination();
    assert_placed(dst, (struct wishes){.in_place = true}, "--inplace was given");
    dst.st.st_nlink = 2;
    assert_placed(dst, none, "it has more than one hard link");
    dst = an_old_destination();
    dst.mount_point = true;
    assert_placed(dst, none, "it is a mount point");
    dst = an_old_destination();
    dst.dir_writable = false;
    assert_placed(dst, none, "nothing can be created in its directory");
    dst = an_old_destination();
    dst.dir_fd = AT_FDCWD;
    assert_placed(dst, none, "its name is a link to an open file");
}

Test(plan, the_weightiest_reason_is_given)
{
    struct destination dst = an_old_destination();
    dst.st.st_nlink = 2;
    dst.dir_writable = false;
    assert_placed(dst, none, "it has more than one hard link");
    dst.standard = true;
    assert_placed(dst, (struct wishes){.in_place = true}, "it isn't a regular file");
}

Test(plan, what_is_no_regular_file_is_written_in_place)
{
    static const mode_t types[] = {S_IFBLK, S_IFCHR, S_IFIFO};
    for (size_t i = 0; i < LENGTH(types); i++)
        assert_placed(a_special_destination(types[i]), none, "it isn't a regular file");
}

/* --- streams --- */

static void assert_stream(struct plan plan, unsigned jobs)
{
    cr_assert_eq(plan.engines[0].engine, &engine_stream);
    cr_assert_eq(plan.jobs, jobs);
    cr_assert_eq(plan.blocks, 1);
    cr_assert_eq(plan.size, -1);
    cr_assert_eq(plan.reserve, RESERVE_NOTHING);
    cr_assert_str_eq(plan.jobs_why, "a stream has only one end");
}

static const struct wishes many = {.jobs = 8, .engine = &engine_mmap};

Test(plan, a_destination_without_offsets_is_a_stream)
{
    static const mode_t types[] = {S_IFCHR, S_IFIFO, S_IFSOCK};
    for (size_t i = 0; i < LENGTH(types); i++)
        assert_stream(plan_of(large, a_special_destination(types[i]), many), 1);
}

Test(plan, stdout_is_a_stream_even_if_it_is_a_file)
{
    struct destination dst = an_old_destination();
    dst.standard = true;
    dst.dir_fd = AT_FDCWD;
    assert_stream(plan_of(large, dst, many), 1);
}

Test(plan, a_source_without_a_size_is_a_stream)
{
    struct source src = a_source(0);
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    src.st.st_mode = S_IFIFO | 0600;
    struct plan plan = plan_make(&src, &dst, &many, &warm, src.size);
    assert_stream(plan, 1);
    cr_assert_not(plan.in_place);
}

Test(plan, a_source_whose_size_lies_is_a_stream)
{
    struct source src = a_source(4096); /* as in /sys */
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    src.has_size = false;
    assert_stream(plan_make(&src, &dst, &none, &warm, src.size), 1);
}

Test(plan, an_empty_file_is_read_to_its_end_without_a_worker)
{
    struct plan plan = plan_of(0, a_new_destination(EXT4_SUPER_MAGIC), none);
    assert_stream(plan, 0);
    cr_assert_not(plan.in_place);
}

Test(plan, a_block_device_is_no_stream)
{
    struct source src = a_source(large);
    struct destination dst = a_special_destination(S_IFBLK);
    src.st.st_mode = S_IFBLK | 0600;
    src.st.st_size = 0;
    struct plan plan = plan_make(&src, &dst, &none, &warm, src.size);
    cr_assert_gt(plan.jobs, 1);
    cr_assert_eq(plan.size, large);
}

/* --- several nodes --- */

static const struct wishes two_nodes = {.nodes = 2};

Test(plan, nodes_make_a_large_file_together)
{
    struct plan plan = plan_with(warm, large, a_new_destination(EXT4_SUPER_MAGIC), two_nodes);
    cr_assert_eq(plan.nodes, 2);
    cr_assert_eq(plan_with(warm, large, a_new_destination(EXT4_SUPER_MAGIC), none).nodes, 1);
}

Test(plan, one_of_them_makes_a_small_file)
{
    const off_t least = 2 * (off_t)PLAN_NODE_CHUNKS * PLAN_DEFAULT_CHUNK;
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    cr_assert_eq(plan_with(warm, least, dst, two_nodes).nodes, 2);
    cr_assert_eq(plan_with(warm, least - 1, dst, two_nodes).nodes, 1);
}

Test(plan, or_what_cannot_be_staged_or_is_shared)
{
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC), appends = dst;
    struct wishes in_place = two_nodes, share = two_nodes;
    appends.dir_appends = true;
    in_place.in_place = true;
    share.reflink = WHEN_ALWAYS;
    cr_assert_eq(plan_with(warm, large, appends, two_nodes).nodes, 1);
    cr_assert_eq(plan_with(warm, large, dst, in_place).nodes, 1);
    cr_assert_eq(plan_with(warm, large, dst, share).nodes, 1);
}

Test(plan, what_others_write_to_is_not_mapped)
{
    struct facts facts = warm;
    facts.cpus = 32;
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    cr_assert(plan_with(facts, large, dst, none).engines[0].engine->maps);
    struct plan plan = plan_with(facts, large, dst, two_nodes);
    for (const struct candidate *c = plan.engines; c->engine; c++)
        cr_assert_not(c->engine->maps, "%s", c->engine->name);
}
