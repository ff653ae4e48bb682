/* SPDX-License-Identifier: MIT */
#include "base/path.h"
#include "support.h"

#include <limits.h>

TestSuite(path, .init = enter_scratch, .fini = leave_scratch);

/* Does `path` lead to `name` in `directory`? */
static void assert_leads(const char *path, const char *directory, const char *name, bool by_link)
{
    struct stat there, expected;
    char *found;
    bool followed;
    int fd = path_open_directory(AT_FDCWD, path, &found, &followed);
    cr_assert_geq(fd, 0, "%s: %s", path, strerror(-fd));
    cr_assert_str_eq(found, name);
    cr_assert_eq(followed, by_link);
    cr_assert_eq(fstat(fd, &there), 0);
    cr_assert_eq(stat(directory, &expected), 0);
    cr_assert_eq(there.st_ino, expected.st_ino, "%s", path);
    free(found);
    close(fd);
}

static void assert_leads_nowhere(const char *path, int err)
{
    char *name;
    bool followed;
    cr_assert_eq(path_open_directory(AT_FDCWD, path, &name, &followed), -err, "%s", path);
    cr_assert_null(name);
}

Test(path, a_name_is_in_its_directory)
{
    mkdir("a", 0755);
    assert_leads("file", ".", "file", false);
    assert_leads("a/file", "a", "file", false);
    assert_leads("./a/../a//file", "a", "file", false);
    assert_leads("/file", "/", "file", false);
    assert_leads_nowhere("none/file", ENOENT);
}

Test(path, a_link_counts_from_where_it_lies)
{
    mkdir("a", 0755);
    mkdir("b", 0755);
    make_file("b/file", 0);
    cr_assert_eq(symlink("../b/file", "a/one"), 0);
    cr_assert_eq(symlink("a/one", "two"), 0);
    cr_assert_eq(symlink("b", "c"), 0);
    assert_leads("a/one", "b", "file", true);
    assert_leads("two", "b", "file", true);
    assert_leads("c/file", "b", "file", false);
}

Test(path, a_link_in_a_circle_ends)
{
    cr_assert_eq(symlink("b", "a"), 0);
    cr_assert_eq(symlink("a", "b"), 0);
    assert_leads_nowhere("a", ELOOP);
}

Test(path, a_link_of_the_kernels_is_no_name)
{
    if (access("/proc/self/fd/0", F_OK) < 0)
        SKIP("there is no /proc");
    cr_assert_eq(symlink("/proc/self/fd/0", "link"), 0);
    assert_leads_nowhere("link", EXDEV);
    assert_leads_nowhere("/proc/self/exe", EXDEV);
}

Test(path, a_link_is_a_name_too)
{
    char *name;
    mkdir("a", 0755);
    cr_assert_eq(symlink("nowhere", "a/link"), 0);
    int fd = path_open_parent(AT_FDCWD, "a/link", &name);
    cr_assert_geq(fd, 0);
    cr_assert_str_eq(name, "link");
    cr_assert_eq(faccessat(fd, "link", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    free(name);
    close(fd);
    cr_assert_eq(path_open_parent(AT_FDCWD, "none/link", &name), -ENOENT);
}

Test(path, too_long_a_path_is_refused)
{
    char path[PATH_MAX + 2];
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_leads_nowhere(path, ENAMETOOLONG);
}
