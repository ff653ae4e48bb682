/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <linux/magic.h>

enum { PAGE = 4096, CPUS = 4 };

static const off_t large = 1LL << 30;

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

static struct plan plan_of(off_t size, struct destination dst, struct wishes wishes)
{
    struct source src = a_source(size);
    return plan_make(&src, &dst, &wishes, CPUS, PAGE);
}

Test(plan, file_systems_get_the_engine_that_was_measured_best)
{
    static const struct {
        long fs;
        const struct engine *engine;
    } expected[] = {
        {EXT4_SUPER_MAGIC, &engine_mmap},
        {XFS_SUPER_MAGIC, &engine_mmap},
        {BTRFS_SUPER_MAGIC, &engine_read_write},
        {TMPFS_MAGIC, &engine_read_write},
        {OVERLAYFS_SUPER_MAGIC, &engine_read_write},
        {0, &engine_read_write},
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct plan plan = plan_of(large, a_new_destination(expected[i].fs), (struct wishes){0});
        cr_assert_eq(plan.engine, expected[i].engine, "file system %lx", expected[i].fs);
        cr_assert_not(plan.engine_only);
    }
}

Test(plan, an_engine_that_was_asked_for_has_no_fallback)
{
    struct plan plan = plan_of(large, a_new_destination(BTRFS_SUPER_MAGIC),
                               (struct wishes){.engine = &engine_mmap});
    cr_assert_eq(plan.engine, &engine_mmap);
    cr_assert(plan.engine_only);
}

Test(plan, space_is_not_allocated_on_tmpfs)
{
    cr_assert_not(plan_of(large, a_new_destination(TMPFS_MAGIC), (struct wishes){0}).allocate);
    cr_assert(plan_of(large, a_new_destination(EXT4_SUPER_MAGIC), (struct wishes){0}).allocate);
}

Test(plan, a_large_file_gets_a_worker_for_each_cpu)
{
    struct plan plan = plan_of(large, a_new_destination(0), (struct wishes){0});
    cr_assert_eq(plan.jobs, CPUS);
    cr_assert_eq(plan.blocks, CPUS);
}

Test(plan, a_small_file_is_copied_without_workers_and_maps)
{
    struct plan plan =
        plan_of(2 * PLAN_MIN_BLOCK - 1, a_new_destination(EXT4_SUPER_MAGIC), (struct wishes){0});
    cr_assert_eq(plan.jobs, 0);
    cr_assert_eq(plan.blocks, 1);
    cr_assert_eq(plan.engine, &engine_read_write);
}

Test(plan, a_block_is_large_enough_for_a_worker)
{
    cr_assert_eq(plan_of(2 * PLAN_MIN_BLOCK, a_new_destination(0), (struct wishes){0}).jobs, 2);
    cr_assert_eq(plan_of(4 * PLAN_MIN_BLOCK - 1, a_new_destination(0), (struct wishes){0}).jobs, 3);
}

Test(plan, jobs_that_were_asked_for_are_given_as_far_as_pages_go)
{
    cr_assert_eq(plan_of(large, a_new_destination(0), (struct wishes){.jobs = 64}).jobs, 64);
    cr_assert_eq(plan_of(large, a_new_destination(0), (struct wishes){.jobs = 10000}).jobs,
                 PLAN_MAX_JOBS);
    cr_assert_eq(plan_of(3 * PAGE + 1, a_new_destination(0), (struct wishes){.jobs = 64}).jobs, 3);
    cr_assert_eq(plan_of(1, a_new_destination(0), (struct wishes){.jobs = 64}).jobs, 1);
}

Test(plan, chunks_are_whole_pages)
{
    cr_assert_eq(plan_of(large, a_new_destination(0), (struct wishes){0}).chunk_len,
                 PLAN_DEFAULT_CHUNK);
    cr_assert_eq(plan_of(large, a_new_destination(0), (struct wishes){.chunk_len = 1}).chunk_len,
                 PAGE);
    cr_assert_eq(
        plan_of(large, a_new_destination(0), (struct wishes){.chunk_len = PAGE + 1}).chunk_len,
        2 * PAGE);
}

Test(plan, a_new_destination_is_staged)
{
    cr_assert_not(plan_of(large, a_new_destination(0), (struct wishes){0}).in_place);
    cr_assert_not(plan_of(large, an_old_destination(), (struct wishes){0}).in_place);
}

Test(plan, a_destination_that_cannot_be_replaced_is_written_in_place)
{
    struct destination dst = an_old_destination();
    dst.st.st_nlink = 2;
    cr_assert(plan_of(large, dst, (struct wishes){0}).in_place);
    dst = an_old_destination();
    dst.mount_point = true;
    cr_assert(plan_of(large, dst, (struct wishes){0}).in_place);
    dst = an_old_destination();
    dst.dir_writable = false;
    cr_assert(plan_of(large, dst, (struct wishes){0}).in_place);
    dst = an_old_destination();
    dst.dir_fd = AT_FDCWD;
    cr_assert(plan_of(large, dst, (struct wishes){0}).in_place);
    cr_assert(plan_of(large, an_old_destination(), (struct wishes){.in_place = true}).in_place);
}

Test(plan, what_is_overwritten_is_not_mapped)
{
    struct plan plan = plan_of(large, an_old_destination(), (struct wishes){.in_place = true});
    cr_assert_eq(plan.engine, &engine_read_write);
    struct destination device = an_old_destination();
    device.st.st_mode = S_IFBLK | 0600;
    plan = plan_of(large, device, (struct wishes){0});
    cr_assert(plan.in_place);
    cr_assert_eq(plan.engine, &engine_read_write);
}

Test(plan, streams_have_one_worker_and_one_engine)
{
    struct destination fifo = an_old_destination();
    fifo.st.st_mode = S_IFIFO | 0600;
    struct plan plan = plan_of(large, fifo, (struct wishes){.jobs = 8, .engine = &engine_mmap});
    cr_assert_eq(plan.engine, &engine_stream);
    cr_assert_eq(plan.jobs, 1);
    cr_assert_eq(plan.size, -1);
    cr_assert(plan.in_place);
}

Test(plan, an_empty_file_is_read_to_its_end_without_a_worker)
{
    struct plan plan = plan_of(0, a_new_destination(EXT4_SUPER_MAGIC), (struct wishes){0});
    cr_assert_eq(plan.engine, &engine_stream);
    cr_assert_eq(plan.jobs, 0);
    cr_assert_not(plan.in_place);
}
