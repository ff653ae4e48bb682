/* SPDX-License-Identifier: MIT */
#include "base/xattr.h"
#include "support.h"

#include <sys/xattr.h>

static int fd;

static void make_marked(void)
{
    enter_scratch();
    fd = make_file("file", 0);
    if (fsetxattr(fd, "user.mark", "value", 5, 0) < 0)
        SKIP("no extended attributes can be set here: %s", strerror(errno));
}

static void remove_marked(void)
{
    close(fd);
    leave_scratch();
}

TestSuite(xattr, .init = make_marked, .fini = remove_marked);

static void assert_seen(int seen)
{
    char names[256] = "", value[16] = "";
    cr_assert_geq(seen, 0);
    ssize_t len = xattr_list(seen, names, sizeof(names));
    cr_assert_gt(len, 0);
    cr_assert_not_null(memmem(names, (size_t)len, "user.mark", sizeof("user.mark")));
    cr_assert_eq(xattr_list(seen, NULL, 0), len);
    cr_assert_eq(xattr_get(seen, "user.mark", value, sizeof(value)), 5);
    cr_assert_str_eq(value, "value");
    cr_assert_eq(xattr_get(seen, "user.none", value, sizeof(value)), -1);
    cr_assert_eq(errno, ENODATA);
    close(seen);
}

Test(xattr, of_what_is_open_for_reading)
{
    assert_seen(open("file", O_RDONLY | O_CLOEXEC));
}

Test(xattr, of_what_is_open_as_a_mere_path)
{
    assert_seen(open("file", O_PATH | O_CLOEXEC));
}

/* The descriptor leads there, whatever the name leads to by now. */
Test(xattr, of_what_has_lost_its_name)
{
    int seen = open("file", O_PATH | O_CLOEXEC);
    cr_assert_eq(unlink("file"), 0);
    close(make_file("file", 0));
    assert_seen(seen);
}

Test(xattr, what_is_not_open_has_none)
{
    cr_assert_eq(xattr_list(9999, NULL, 0), -1);
    cr_assert_eq(xattr_get(9999, "user.mark", NULL, 0), -1);
}

/* --- of entries --- */

static void assert_changed(int dir)
{
    char names[256] = "", value[16] = "";
    cr_assert_gt(xattr_list_at(dir, "file", names, sizeof(names)), 0);
    cr_assert_eq(xattr_get_at(dir, "file", "user.mark", value, sizeof(value)), 5);
    cr_assert_str_eq(value, "value");
    cr_assert_eq(xattr_set_at(dir, "file", "user.more", "more", 4), 0);
    cr_assert_eq(xattr_get_at(dir, "file", "user.more", NULL, 0), 4);
    cr_assert_eq(xattr_remove_at(dir, "file", "user.more"), 0);
    cr_assert_eq(xattr_get_at(dir, "file", "user.more", NULL, 0), -1);
    cr_assert_eq(errno, ENODATA);
}

Test(xattr, of_an_entry)
{
    int dir = open(".", O_PATH | O_CLOEXEC);
    assert_changed(AT_FDCWD);
    cr_assert_eq(chdir("/"), 0);
    assert_changed(dir);
    close(dir);
}

Test(xattr, of_no_entry)
{
    int dir = open(".", O_PATH | O_CLOEXEC);
    cr_assert_eq(xattr_list_at(dir, "none", NULL, 0), -1);
    cr_assert_eq(errno, ENOENT);
    close(dir);
}
