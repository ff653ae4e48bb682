/* SPDX-License-Identifier: MIT */
#include "plan.h"
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

static struct plan plan_on(unsigned cpus, off_t size, struct destination dst, struct wishes wishes)
{
    struct source src = a_source(size);
    return plan_make(&src, &dst, &wishes, cpus, PAGE);
}

static struct plan plan_of(off_t size, struct destination dst, struct wishes wishes)
{
    return plan_on(CPUS, size, dst, wishes);
}

/* --- engine --- */

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
        {NFS_SUPER_MAGIC, &engine_read_write},
        {0, &engine_read_write},
    };
    for (size_t i = 0; i < LENGTH(expected); i++) {
        struct plan plan = plan_of(large, a_new_destination(expected[i].fs), none);
        cr_assert_eq(plan.engine, expected[i].engine, "file system %lx", expected[i].fs);
        cr_assert_not(plan.engine_only);
    }
}

Test(plan, the_file_system_of_the_source_does_not_matter)
{
    struct source src = a_source(large);
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    src.fs = BTRFS_SUPER_MAGIC;
    cr_assert_eq(plan_make(&src, &dst, &none, CPUS, PAGE).engine, &engine_mmap);
}

Test(plan, an_engine_that_was_asked_for_has_no_fallback)
{
    static const off_t sizes[] = {1, 1LL << 30};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct plan plan = plan_of(sizes[i], a_new_destination(BTRFS_SUPER_MAGIC),
                                   (struct wishes){.engine = &engine_mmap});
        cr_assert_eq(plan.engine, &engine_mmap);
        cr_assert(plan.engine_only);
        cr_assert_str_eq(plan.engine_why, "--engine was given");
    }
}

Test(plan, an_engine_that_was_asked_for_overwrites_too)
{
    struct plan plan = plan_of(large, an_old_destination(),
                               (struct wishes){.engine = &engine_mmap, .in_place = true});
    cr_assert_eq(plan.engine, &engine_mmap);
}

Test(plan, what_is_overwritten_is_not_mapped)
{
    struct destination device = a_special_destination(S_IFBLK);
    struct plan plan = plan_of(large, an_old_destination(), (struct wishes){.in_place = true});
    cr_assert_eq(plan.engine, &engine_read_write);
    cr_assert_str_eq(plan.engine_why, "a mapping would first read what is overwritten");
    plan = plan_of(large, device, none);
    cr_assert(plan.in_place);
    cr_assert_eq(plan.engine, &engine_read_write);
}

Test(plan, an_empty_file_written_in_place_is_mapped)
{
    struct destination dst = an_old_destination();
    dst.st.st_size = 0;
    struct plan plan = plan_of(large, dst, (struct wishes){.in_place = true});
    cr_assert_eq(plan.engine, &engine_mmap);
}

Test(plan, space_is_not_allocated_on_tmpfs)
{
    static const long others[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, 0};
    cr_assert_not(plan_of(large, a_new_destination(TMPFS_MAGIC), none).allocate);
    for (size_t i = 0; i < LENGTH(others); i++)
        cr_assert(plan_of(large, a_new_destination(others[i]), none).allocate);
}

/* --- jobs and blocks --- */

Test(plan, a_large_file_gets_a_worker_for_each_cpu)
{
    static const unsigned cpus[] = {1, 2, 3, 48, PLAN_MAX_JOBS};
    for (size_t i = 0; i < LENGTH(cpus); i++) {
        struct plan plan = plan_on(cpus[i], 1LL << 40, a_new_destination(0), none);
        cr_assert_eq(plan.jobs, cpus[i]);
        cr_assert_eq(plan.blocks, cpus[i]);
        cr_assert_str_eq(plan.jobs_why, "as many CPUs may be used");
    }
}

Test(plan, the_largest_machine_gets_no_more_workers_than_pay)
{
    cr_assert_eq(plan_on(100000, 1LL << 50, a_new_destination(0), none).jobs, PLAN_MAX_JOBS);
}

Test(plan, a_small_file_is_copied_without_workers_and_maps)
{
    static const off_t sizes[] = {1, PAGE, 2 * PLAN_MIN_BLOCK - 1};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct plan plan = plan_of(sizes[i], a_new_destination(EXT4_SUPER_MAGIC), none);
        cr_assert_eq(plan.jobs, 0);
        cr_assert_eq(plan.blocks, 1);
        cr_assert_eq(plan.engine, &engine_read_write);
        cr_assert_str_eq(plan.engine_why, "mapping so small a file takes longer");
    }
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
    struct plan plan = plan_make(&src, &dst, &wishes, CPUS, 64 << 10);
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
    assert_placed(dst, (struct wishes){.in_place = true}, "it is no regular file");
}

Test(plan, what_is_no_regular_file_is_written_in_place)
{
    static const mode_t types[] = {S_IFBLK, S_IFCHR, S_IFIFO};
    for (size_t i = 0; i < LENGTH(types); i++)
        assert_placed(a_special_destination(types[i]), none, "it is no regular file");
}

/* --- streams --- */

static void assert_stream(struct plan plan, unsigned jobs)
{
    cr_assert_eq(plan.engine, &engine_stream);
    cr_assert_eq(plan.jobs, jobs);
    cr_assert_eq(plan.blocks, 1);
    cr_assert_eq(plan.size, -1);
    cr_assert_not(plan.allocate);
    cr_assert_str_eq(plan.jobs_why, "a stream has one end");
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
    struct plan plan = plan_make(&src, &dst, &many, CPUS, PAGE);
    assert_stream(plan, 1);
    cr_assert_not(plan.in_place);
}

Test(plan, a_source_whose_size_lies_is_a_stream)
{
    struct source src = a_source(4096); /* as in /sys */
    struct destination dst = a_new_destination(EXT4_SUPER_MAGIC);
    src.has_size = false;
    assert_stream(plan_make(&src, &dst, &none, CPUS, PAGE), 1);
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
    struct plan plan = plan_make(&src, &dst, &none, CPUS, PAGE);
    cr_assert_eq(plan.jobs, CPUS);
    cr_assert_eq(plan.size, large);
}
