/* SPDX-License-Identifier: MIT */
#include "tree/appear.h"
#include "base/name.h"
#include "lacking.h"
#include "support.h"

#include <dirent.h>

TestSuite(appear, .init = enter_scratch, .fini = leave_scratch);

static char made[NAME_ROOM]; /* the last name that something was made under */
static int calls;
static char target[] = "target", first[] = "first", second[] = "second"; /* of links */

static int make_link(void *where, int dir_fd, const char *name)
{
    calls++;
    strcpy(made, name);
    return symlinkat(where, dir_fd, name) < 0 ? -errno : 0;
}

static int fail_to_make(void *err, int dir_fd, const char *name)
{
    (void)dir_fd, (void)name;
    calls++;
    return *(int *)err;
}

static void assert_leads(const char *name, const char *expected)
{
    char there[64] = "";
    cr_assert_gt(readlink(name, there, sizeof(there) - 1), 0);
    cr_assert_str_eq(there, expected);
}

static int count_names(void)
{
    int count = 0;
    DIR *dir = opendir(".");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2; /* "." and ".." */
}

Test(appear, what_replaces_nothing_is_made_under_its_name)
{
    cr_assert_eq(appear(AT_FDCWD, "new", false, make_link, target), 0);
    cr_assert_str_eq(made, "new");
    assert_leads("new", "target");
}

Test(appear, a_name_that_is_taken_stays)
{
    cr_assert_eq(symlink("old", "name"), 0);
    cr_assert_eq(appear(AT_FDCWD, "name", false, make_link, target), -EEXIST);
    assert_leads("name", "old");
}

Test(appear, what_replaces_is_made_under_a_hidden_name_and_renamed)
{
    cr_assert_eq(symlink("old", "name"), 0);
    cr_assert_eq(appear(AT_FDCWD, "name", true, make_link, target), 0);
    cr_assert(strncmp(made, ".name.mpcp-", 11) == 0, "%s", made);
    assert_leads("name", "target");
    cr_assert_eq(count_names(), 1);
}

Test(appear, what_cannot_be_renamed_is_removed)
{
    cr_assert_eq(mkdir("name", 0755), 0);
    cr_assert_eq(appear(AT_FDCWD, "name", true, make_link, target), -EISDIR);
    cr_assert_eq(count_names(), 1);
}

Test(appear, a_failure_is_told_and_is_no_reason_to_try_again)
{
    int err = -EDQUOT;
    cr_assert_eq(appear(AT_FDCWD, "name", true, fail_to_make, &err), -EDQUOT);
    cr_assert_eq(calls, 1);
}

Test(appear, a_hidden_name_that_is_taken_is_not_the_only_one)
{
    char hidden[NAME_ROOM];
    lacking.random = true;
    cr_assert_eq(appear_hidden(AT_FDCWD, "name", make_link, first, hidden), 0);
    assert_leads(hidden, "first");
    lacking.random = true;
    cr_assert_eq(appear_hidden(AT_FDCWD, "name", make_link, second, hidden), 0);
    assert_leads(hidden, "second");
    cr_assert_eq(calls, 3);
}

Test(appear, hidden_names_do_not_run_out_silently)
{
    char hidden[NAME_ROOM];
    int err = -EEXIST;
    cr_assert_eq(appear_hidden(AT_FDCWD, "name", fail_to_make, &err, hidden), -EEXIST);
    cr_assert_gt(calls, 10);
}

Test(appear, the_longest_name_can_be_replaced)
{
    char name[NAME_ROOM] = "";
    memset(name, 'x', NAME_ROOM - 1);
    cr_assert_eq(symlink("old", name), 0);
    cr_assert_eq(appear(AT_FDCWD, name, true, make_link, target), 0);
    assert_leads(name, "target");
}
