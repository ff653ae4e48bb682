/* SPDX-License-Identifier: MIT */
#include "base/facts.h"
#include "base/filesystem.h"
#include "support.h"

#include <linux/magic.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

enum { SIZE = 20 << 20 };

TestSuite(facts, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static struct facts facts_of(int fd)
{
    struct stat st;
    fstat(fd, &st);
    return facts_gather(fd, st.st_size, st.st_dev);
}

Test(facts, this_machine_has_memory_and_cpus)
{
    int fd = make_file("file", SIZE);
    struct facts facts = facts_of(fd);
    cr_assert_gt(facts.cpus, 0);
    cr_assert_eq(facts.page, (size_t)sysconf(_SC_PAGESIZE));
    cr_assert_gt(facts.memory, 1 << 20);
    cr_assert_eq(facts.memory, facts.memory / 1024 * 1024);
    close(fd);
}

Test(facts, what_is_cached_is_seen)
{
    struct statfs fs;
    int fd = make_file("file", SIZE);
    cr_assert_gt(facts_of(fd).src_cached, 0.99);
    fstatfs(fd, &fs);
    if (fs.f_type == TMPFS_MAGIC)
        SKIP("the test's directory is in memory, nothing there can be evicted");
    cr_assert_eq(fsync(fd), 0);
    cr_assert_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    cr_assert_lt(facts_of(fd).src_cached, 0.01);
    close(fd);
}

Test(facts, half_a_file_is_about_half)
{
    struct statfs fs;
    int fd = make_file("file", SIZE);
    fstatfs(fd, &fs);
    if (fs.f_type == TMPFS_MAGIC)
        SKIP("the test's directory is in memory, nothing there can be evicted");
    cr_assert_eq(fsync(fd), 0);
    cr_assert_eq(posix_fadvise(fd, SIZE / 2, 0, POSIX_FADV_DONTNEED), 0);
    double cached = facts_of(fd).src_cached;
    cr_assert_gt(cached, 0.4);
    cr_assert_lt(cached, 0.6);
    close(fd);
}

Test(facts, a_small_file_is_not_worth_much_looking)
{
    int fd = make_file("file", FACTS_SMALL - 1);
    struct facts facts = facts_of(fd);
    cr_assert_eq(facts.cpus, 1);
    cr_assert_eq(facts.memory, 0);
    cr_assert_gt(facts.src_cached, 0.99);
    close(fd);
    cr_assert_eq(facts_gather(-1, 0, 0).src_cached, 1);
}

Test(facts, what_has_no_cache_is_not_cached)
{
    int fd = open("/dev/zero", O_RDONLY);
    cr_assert_eq(facts_gather(fd, SIZE, 0).src_cached, 0);
    close(fd);
}

Test(facts, a_device_that_is_none_does_not_spin)
{
    int fd = make_file("file", 1);
    cr_assert_not(facts_gather(fd, SIZE, makedev(0, 4095)).src_spins);
    close(fd);
}

/* --- file systems --- */

Test(facts, file_systems_have_names)
{
    static const struct {
        long magic;
        const char *name;
    } expected[] = {
        {EXT4_SUPER_MAGIC, "ext4"},
        {XFS_SUPER_MAGIC, "xfs"},
        {BTRFS_SUPER_MAGIC, "btrfs"},
        {TMPFS_MAGIC, "tmpfs"},
        {NFS_SUPER_MAGIC, "nfs"},
        {PROC_SUPER_MAGIC, "proc"},
        {OVERLAYFS_SUPER_MAGIC, "overlay"},
        {0, "unknown"},
        {12345, "unknown"},
        {(long)(int)0xff534d42, "cifs"}, /* with its sign extended, as some kernels do */
    };
    for (size_t i = 0; i < LENGTH(expected); i++)
        cr_assert_str_eq(filesystem_of(expected[i].magic)->name, expected[i].name);
}

Test(facts, network_file_systems_are_known_as_such)
{
    static const long network[] = {NFS_SUPER_MAGIC, 0x0bd00bd0, 0x47504653, (long)(int)0xff534d42,
                                   0x00c36400};
    static const long local[] = {EXT4_SUPER_MAGIC, TMPFS_MAGIC, 0x65735546, 0};
    for (size_t i = 0; i < LENGTH(network); i++)
        cr_assert(filesystem_is_network(network[i], 0), "%#lx", network[i]);
    for (size_t i = 0; i < LENGTH(local); i++)
        cr_assert_not(filesystem_is_network(local[i], 0), "%#lx", local[i]);
}

Test(facts, those_that_the_kernel_tells_of_are_recognized)
{
    struct statfs fs;
    cr_assert_eq(statfs("/proc", &fs), 0);
    cr_assert_str_eq(filesystem_of(fs.f_type)->name, "proc");
    cr_assert(filesystem_of(fs.f_type)->made_up);
}
