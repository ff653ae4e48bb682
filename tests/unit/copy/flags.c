/* SPDX-License-Identifier: MIT */
#include "copy/flags.h"
#include "support.h"

#include <linux/fs.h>
#include <sys/ioctl.h>

static int old, staged;

static void make_pair(void)
{
    enter_scratch();
    old = make_file("old", 0);
    staged = make_file("staged", 0);
}

static void remove_pair(void)
{
    close(old);
    close(staged);
    leave_scratch();
}

TestSuite(flags, .init = make_pair, .fini = remove_pair, .timeout = 60);

static void set(int fd, int flag)
{
    int flags;
    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 || (flags |= flag, 0) ||
        ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
        SKIP("no flags can be set here: %s", strerror(errno));
}

static bool has(int fd, int flag)
{
    int flags = 0;
    cr_assert_eq(ioctl(fd, FS_IOC_GETFLAGS, &flags), 0);
    return flags & flag;
}

Test(flags, a_new_file_is_plain)
{
    cr_assert(flags_are_plain(old));
    set(old, FS_NODUMP_FL);
    cr_assert_not(flags_are_plain(old));
}

Test(flags, they_are_taken_over_either_way)
{
    set(old, FS_NODUMP_FL | FS_SYNC_FL);
    set(staged, FS_NOATIME_FL);
    cr_assert_eq(flags_adopt(old, staged), 0);
    cr_assert(has(staged, FS_NODUMP_FL));
    cr_assert(has(staged, FS_SYNC_FL));
    cr_assert_not(has(staged, FS_NOATIME_FL));
}

Test(flags, a_file_that_has_none_gets_none)
{
    set(staged, FS_NODUMP_FL);
    cr_assert_eq(flags_adopt(old, staged), 0);
    cr_assert_not(has(staged, FS_NODUMP_FL));
}

Test(flags, where_there_are_none_nothing_is_done)
{
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    cr_assert(flags_are_plain(fds[0]));
    cr_assert_eq(flags_adopt(fds[0], staged), 0);
    cr_assert_eq(flags_adopt(old, fds[1]), 0);
}

/* Only some file systems have quotas for projects. */
static void set_project(int fd, unsigned project)
{
    struct fsxattr more;
    if (ioctl(fd, FS_IOC_FSGETXATTR, &more) < 0 || (more.fsx_projid = project, 0) ||
        ioctl(fd, FS_IOC_FSSETXATTR, &more) < 0)
        SKIP("no project can be set here: %s", strerror(errno));
}

Test(flags, a_project_is_taken_over)
{
    struct fsxattr more;
    set_project(old, 42);
    cr_assert_eq(flags_adopt(old, staged), 0);
    cr_assert_eq(ioctl(staged, FS_IOC_FSGETXATTR, &more), 0);
    cr_assert_eq(more.fsx_projid, 42);
}

Test(flags, a_project_that_the_directory_gave_is_not_exchanged_for_another)
{
    set_project(old, 42);
    set_project(staged, 7);
    cr_assert_eq(flags_adopt(old, staged), -EPERM);
}
