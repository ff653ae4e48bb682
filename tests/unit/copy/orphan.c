/* SPDX-License-Identifier: MIT */
#include "copy/orphan.h"
#include "support.h"

#include <time.h>

static char hidden[NAME_ROOM];

TestSuite(orphan, .init = enter_scratch, .fini = leave_scratch);

static bool is_there(const char *name)
{
    return access(name, F_OK) == 0;
}

static void age(const char *name, long seconds)
{
    const struct timespec then = {.tv_sec = time(NULL) - seconds}, times[] = {then, then};
    utimensat(AT_FDCWD, name, times, 0);
}

/* One made by a process that is gone. */
static void leave_one(const char *name)
{
    int ends[2], status;
    cr_assert_eq(pipe(ends), 0);
    if (fork() == 0) {
        char made[NAME_ROOM] = "";
        orphan_make_name(made, name);
        close(make_file(made, 0));
        _exit(write(ends[1], made, sizeof(made)) == sizeof(made) ? 0 : 1);
    }
    cr_assert(wait(&status) > 0 && status == 0);
    cr_assert_eq(read(ends[0], hidden, sizeof(hidden)), sizeof(hidden));
    cr_assert(is_there(hidden));
}

Test(orphan, one_whose_process_is_gone_is_removed)
{
    leave_one("dst");
    orphan_sweep(AT_FDCWD, "dst");
    cr_assert_not(is_there(hidden));
}

Test(orphan, one_whose_process_lives_stays)
{
    orphan_make_name(hidden, "dst");
    close(make_file(hidden, 0));
    orphan_sweep(AT_FDCWD, "dst");
    cr_assert(is_there(hidden));
}

Test(orphan, one_of_another_machine_stays_for_a_day)
{
    leave_one("dst");
    char other[NAME_ROOM];
    strcpy(other, hidden);
    char *machine = strstr(other, ".mpcp-") + 6;
    *machine = *machine == '0' ? '1' : '0';
    rename(hidden, other);
    age(other, ORPHAN_AGE - 60);
    orphan_sweep(AT_FDCWD, "dst");
    cr_assert(is_there(other));
    age(other, ORPHAN_AGE + 60);
    orphan_sweep(AT_FDCWD, "dst");
    cr_assert_not(is_there(other));
}

Test(orphan, that_of_another_destination_stays)
{
    leave_one("dst2");
    orphan_sweep(AT_FDCWD, "dst");
    cr_assert(is_there(hidden));
}

Test(orphan, what_only_looks_alike_stays)
{
    static const char *const names[] = {".dst.mpcp-partial", ".dst.mpcp-1a2b3c4d",
                                        ".dst.mpcp-0123456g-00000001-0123456789abcdef",
                                        ".dst.mpcp-+1234567-00000001-0123456789abcdef"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        close(make_file(names[i], 0));
        age(names[i], ORPHAN_AGE + 60);
    }
    orphan_sweep(AT_FDCWD, "dst");
    for (size_t i = 0; i < LENGTH(names); i++)
        cr_assert(is_there(names[i]), "%s", names[i]);
}

Test(orphan, no_link_or_directory_is_removed)
{
    leave_one("dst");
    unlink(hidden);
    close(make_file("precious", 0));
    cr_assert_eq(symlink("precious", hidden), 0);
    orphan_sweep(AT_FDCWD, "dst");
    cr_assert_eq(readlink(hidden, (char[16]){0}, 15), 8);
    cr_assert(is_there("precious"));
}

Test(orphan, names_that_would_be_too_long_are_found_again)
{
    char name[251];
    memset(name, 'n', 250);
    name[250] = '\0';
    leave_one(name);
    cr_assert_leq(strlen(hidden), 255);
    orphan_sweep(AT_FDCWD, name);
    cr_assert_not(is_there(hidden));
}
