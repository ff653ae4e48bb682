/* SPDX-License-Identifier: MIT */
#include "tree/removal.h"
#include "support.h"

#include <linux/fs.h>
#include <sys/ioctl.h>

TestSuite(removal, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static void touch(const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT, 0644);
    cr_assert_geq(fd, 0, "%s: %s", name, strerror(errno));
    close(fd);
}

static void make_directory(const char *name)
{
    cr_assert_eq(mkdir(name, 0755), 0, "%s: %s", name, strerror(errno));
}

static bool exists(const char *name)
{
    struct stat st;
    return lstat(name, &st) == 0;
}

static void assert_removed(const char *name)
{
    cr_assert_eq(removal_of(AT_FDCWD, name), 0);
    cr_assert_not(exists(name));
}

Test(removal, a_directory_goes_with_all_that_is_in_it)
{
    char name[64];
    make_directory("d");
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "d/%d", i);
        make_directory(name);
        snprintf(name, sizeof(name), "d/%d/file", i);
        touch(name);
        snprintf(name, sizeof(name), "d/%d/.below", i);
        make_directory(name);
    }
    touch("d/file");
    cr_assert_eq(mkfifo("d/fifo", 0600), 0);
    assert_removed("d");
}

Test(removal, links_are_removed_and_not_followed)
{
    make_directory("d"), make_directory("kept");
    touch("kept/file");
    cr_assert_eq(symlink("../kept", "d/link"), 0);
    cr_assert_eq(symlink("kept", "link"), 0);
    assert_removed("d");
    cr_assert(exists("kept/file"));
    cr_assert_lt(removal_of(AT_FDCWD, "link"), 0);
    cr_assert(exists("kept/file"));
}

Test(removal, depth_does_not_matter)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 3000; i++) {
        const char *name = i == 0 ? "d" : "some-name";
        cr_assert_eq(mkdirat(fd, name, 0755), 0);
        int below = openat(fd, name, O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = below;
    }
    close(fd);
    assert_removed("d");
}

/* As an ordinary user, because root needs no permissions. */
Test(removal, directories_that_are_read_only_go_too)
{
    bool root = geteuid() == 0;
    if (root) {
        cr_assert_eq(chmod(".", 0777), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    make_directory("d"), make_directory("d/e"), make_directory("d/e/f"), make_directory("d/g");
    touch("d/e/f/file"), touch("d/e/file");
    cr_assert_eq(chmod("d/e/f", 0555), 0);
    cr_assert_eq(chmod("d/e", 0), 0);
    cr_assert_eq(chmod("d/g", 0), 0);
    cr_assert_eq(chmod("d", 0555), 0);
    assert_removed("d");
    if (root)
        cr_assert_eq(seteuid(0), 0);
}

Test(removal, what_is_mounted_below_it_stays)
{
    mount_small();
    touch("small/file");
    make_directory("d"), make_directory("d/e"), make_directory("d/z");
    if (mount("small", "d/e", NULL, MS_BIND, NULL) < 0)
        SKIP("no directory can be mounted on another here");
    int rc = removal_of(AT_FDCWD, "d");
    umount2("d/e", MNT_DETACH);
    cr_assert_eq(rc, -ENOTEMPTY);
    cr_assert(exists("small/file"));
    cr_assert_not(exists("d/z"));
}

Test(removal, what_is_no_directory_is_not_touched)
{
    touch("file");
    cr_assert_eq(removal_of(AT_FDCWD, "file"), -ENOTDIR);
    cr_assert(exists("file"));
    cr_assert_eq(removal_of(AT_FDCWD, "none"), -ENOENT);
}

static bool set_immutable(const char *name, bool on)
{
    int fd = open(name, O_RDONLY), flags = 0;
    bool set = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
    flags = on ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
    set = set && ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
    close(fd);
    return set;
}

static void assert_ends_at(const char *immutable)
{
    if (!set_immutable(immutable, true))
        SKIP("nothing can be made immutable here");
    int rc = removal_of(AT_FDCWD, "d");
    set_immutable(immutable, false);
    cr_assert_eq(rc, -ENOTEMPTY);
    cr_assert(exists(immutable));
}

Test(removal, a_directory_that_cannot_be_removed_ends_it)
{
    make_directory("d"), make_directory("d/e"), make_directory("d/e/f");
    assert_ends_at("d/e/f");
}

Test(removal, a_file_that_cannot_be_removed_ends_it)
{
    make_directory("d"), make_directory("d/e");
    touch("d/e/f");
    assert_ends_at("d/e/f");
}

/* Neither is what makes the other one worth another try. */
Test(removal, two_that_cannot_be_removed_end_it)
{
    make_directory("d"), make_directory("d/a"), make_directory("d/e");
    touch("d/a/f"), touch("d/e/f");
    if (!set_immutable("d/a/f", true))
        SKIP("nothing can be made immutable here");
    set_immutable("d/e/f", true);
    int rc = removal_of(AT_FDCWD, "d");
    set_immutable("d/a/f", false);
    set_immutable("d/e/f", false);
    cr_assert_eq(rc, -ENOTEMPTY);
}

Test(removal, what_can_be_removed_is_beside_what_cannot)
{
    make_directory("d"), make_directory("d/a"), make_directory("d/e"), make_directory("d/z");
    touch("d/a/file"), touch("d/e/f"), touch("d/z/file");
    assert_ends_at("d/e/f");
    cr_assert_not(exists("d/a"));
    cr_assert_not(exists("d/z"));
}
