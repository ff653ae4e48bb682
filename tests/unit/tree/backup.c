/* SPDX-License-Identifier: MIT */
#include "tree/backup.h"
#include "lacking.h"
#include "support.h"

#include <glob.h>

TestSuite(backup, .init = enter_scratch, .fini = leave_scratch);

static void write_text(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int count_hidden(void)
{
    glob_t found;
    int count = glob(".f*", 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;
    globfree(&found);
    return count;
}

static void assert_text(const char *name, const char *expected)
{
    char text[64] = "";
    int fd = open(name, O_RDONLY);
    cr_assert_geq(fd, 0, "%s", name);
    cr_assert_geq(read(fd, text, sizeof(text) - 1), 0);
    cr_assert_str_eq(text, expected, "%s has %s", name, text);
    close(fd);
}

static int choose_and_make(const char *name, enum backup kind, const char *suffix,
                           struct backup_name *made)
{
    int rc = backup_choose(AT_FDCWD, name, kind, suffix, made);
    return rc < 0 ? rc : backup_make(AT_FDCWD, name, made);
}

/* Makes a backup of a new file "f", which must then be called `expected`, and have the text that f
 * had. Where there are hard links, f has its name, too. */
static void assert_backup(enum backup kind, const char *suffix, const char *expected)
{
    struct backup_name made;
    unlink("f");
    write_text("f", "now");
    int way = choose_and_make("f", kind, suffix, &made);
    cr_assert_eq(way, lacking.links ? BACKUP_RENAMED : BACKUP_LINKED);
    cr_assert_str_eq(made.text, expected);
    assert_text(made.text, "now");
    cr_assert_eq(access("f", F_OK), lacking.links ? -1 : 0);
    cr_assert_eq(count_hidden(), 0);
    free(made.text);
}

Test(backup, a_simple_one_has_the_suffix_and_replaces_the_one_before)
{
    write_text("f~", "before");
    assert_backup(BACKUP_SIMPLE, "~", "f~");
    assert_backup(BACKUP_SIMPLE, ".old", "f.old");
}

Test(backup, numbers_begin_with_1_and_go_on_behind_the_highest)
{
    assert_backup(BACKUP_NUMBERED, "~", "f.~1~");
    assert_backup(BACKUP_NUMBERED, "~", "f.~2~");
    char name[16];
    for (int i = 3; i <= 41; i += 2) {
        snprintf(name, sizeof(name), "f.~%d~", i);
        write_text(name, "before");
    }
    assert_backup(BACKUP_NUMBERED, "~", "f.~42~");
    assert_text("f.~41~", "before");
}

Test(backup, what_only_looks_numbered_does_not_count)
{
    static const char *const names[] = {"f.~9",   "f.~9~~", "f.~~",     "f.~09~", "f.~-9~",
                                        "ff.~9~", "f.9~",   "f.~9~old", "f.~x~",  "g.~9~"};
    for (size_t i = 0; i < LENGTH(names); i++)
        write_text(names[i], "before");
    assert_backup(BACKUP_EXISTING, "~", "f~");
    assert_backup(BACKUP_NUMBERED, "~", "f.~1~");
}

Test(backup, existing_ones_say_which_kind)
{
    assert_backup(BACKUP_EXISTING, "~", "f~");
    write_text("f.~3~", "before");
    assert_backup(BACKUP_EXISTING, "~", "f.~4~");
}

Test(backup, numbers_have_no_end)
{
    write_text("f.~999999999~", "before");
    assert_backup(BACKUP_NUMBERED, "~", "f.~1000000000~");
}

Test(backup, one_that_a_killed_run_has_made_will_do)
{
    write_text("f", "now");
    cr_assert_eq(link("f", "f~"), 0);
    struct backup_name made;
    cr_assert_eq(choose_and_make("f", BACKUP_SIMPLE, "~", &made), BACKUP_LINKED);
    assert_text("f~", "now");
    cr_assert_eq(count_hidden(), 0);
    free(made.text);
}

Test(backup, links_get_one_themselves)
{
    struct backup_name made;
    struct stat st;
    write_text("target", "stays");
    cr_assert_eq(symlink("target", "l"), 0);
    cr_assert_eq(choose_and_make("l", BACKUP_SIMPLE, "~", &made), BACKUP_LINKED);
    cr_assert_eq(lstat("l~", &st), 0);
    cr_assert(S_ISLNK(st.st_mode));
    assert_text("target", "stays");
    free(made.text);
}

Test(backup, one_that_cannot_be_made_is_told)
{
    char name[256] = "";
    struct backup_name made;
    memset(name, 'x', 255);
    write_text(name, "now");
    cr_assert_eq(choose_and_make(name, BACKUP_SIMPLE, "~", &made), -ENAMETOOLONG);
    assert_text(name, "now");
    free(made.text);
    cr_assert_eq(choose_and_make("none", BACKUP_NUMBERED, "~", &made), -ENOENT);
    cr_assert_null(made.text);
}

Test(backup, files_are_renamed_where_there_are_no_hard_links)
{
    lacking.links = true;
    write_text("f~", "before");
    assert_backup(BACKUP_SIMPLE, "~", "f~");
    assert_backup(BACKUP_NUMBERED, "~", "f.~1~");
    assert_backup(BACKUP_NUMBERED, "~", "f.~2~");
}

Test(backup, nor_need_the_file_system_keep_what_has_the_name)
{
    lacking.links = lacking.noreplace = true;
    assert_backup(BACKUP_NUMBERED, "~", "f.~1~");
}

static void assert_restored(void)
{
    struct backup_name made;
    write_text("f", "now");
    cr_assert_geq(choose_and_make("f", BACKUP_SIMPLE, "~", &made), 0);
    cr_assert_eq(backup_restore(AT_FDCWD, made.text, "f"), 0);
    assert_text("f", "now");
    cr_assert_eq(access(made.text, F_OK), -1);
    free(made.text);
}

Test(backup, one_that_is_of_no_use_goes)
{
    assert_restored();
    lacking.links = true;
    assert_restored();
    lacking.noreplace = true;
    assert_restored();
}

Test(backup, one_stays_if_something_else_has_its_name)
{
    struct backup_name made;
    write_text("f", "old");
    cr_assert_geq(choose_and_make("f", BACKUP_SIMPLE, "~", &made), 0);
    unlink("f");
    write_text("f", "new");
    cr_assert_eq(backup_restore(AT_FDCWD, made.text, "f"), -EEXIST);
    assert_text("f", "new");
    assert_text(made.text, "old");
    free(made.text);
}

Test(backup, one_that_another_has_taken_meanwhile_gets_a_higher_number)
{
    struct backup_name made;
    write_text("f", "now");
    cr_assert_eq(backup_choose(AT_FDCWD, "f", BACKUP_NUMBERED, "~", &made), 0);
    cr_assert_str_eq(made.text, "f.~1~");
    write_text("f.~1~", "another's");
    cr_assert_geq(backup_make(AT_FDCWD, "f", &made), 0);
    cr_assert_str_eq(made.text, "f.~2~");
    assert_text("f.~1~", "another's");
    assert_text("f.~2~", "now");
    free(made.text);
}

Test(backup, what_has_become_a_directory_keeps_its_name)
{
    struct backup_name made;
    write_text("f", "now");
    cr_assert_eq(backup_choose(AT_FDCWD, "f", BACKUP_SIMPLE, "~", &made), 0);
    unlink("f");
    cr_assert_eq(mkdir("f", 0700), 0);
    cr_assert_eq(backup_make(AT_FDCWD, "f", &made), -EISDIR);
    cr_assert_eq(access("f~", F_OK), -1);
    free(made.text);
}
