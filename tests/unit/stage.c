/* SPDX-License-Identifier: MIT */
#include "stage.h"
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

TestSuite(stage, .init = enter_scratch, .fini = leave_scratch);

static int here(void)
{
    return open(".", O_PATH | O_DIRECTORY);
}

static unsigned entry_count(void)
{
    unsigned count = 0;
    DIR *dir = opendir(".");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2; /* . and .. */
}

static void assert_content(const char *name, const char *expected)
{
    char text[64] = "";
    int fd = open(name, O_RDONLY);
    cr_assert_geq(fd, 0);
    cr_assert_geq(read(fd, text, sizeof(text) - 1), 0);
    cr_assert_str_eq(text, expected);
    close(fd);
}

static struct stage staged(const char *name, const char *text)
{
    struct stage stage;
    cr_assert_eq(stage_open(&stage, here(), name, 0666), 0);
    cr_assert_eq(write(stage.fd, text, strlen(text)), (ssize_t)strlen(text));
    return stage;
}

static void write_old(const char *text)
{
    FILE *file = fopen("dst", "w");
    fputs(text, file);
    fclose(file);
}

Test(stage, nothing_bears_the_name_before_publish)
{
    struct stage stage = staged("dst", "new");
    cr_assert_neq(access("dst", F_OK), 0);
    cr_assert_eq(stage_publish(&stage, false, false), 0);
    assert_content("dst", "new");
    cr_assert_eq(entry_count(), 1);
}

Test(stage, publish_replaces_what_was_there)
{
    write_old("old");
    struct stage stage = staged("dst", "new");
    assert_content("dst", "old");
    cr_assert_eq(stage_publish(&stage, true, true), 0);
    assert_content("dst", "new");
    cr_assert_eq(entry_count(), 1);
}

Test(stage, publish_leaves_a_file_that_appeared_meanwhile)
{
    struct stage stage = staged("dst", "new");
    write_old("other");
    cr_assert_eq(stage_publish(&stage, false, false), -EEXIST);
    stage_discard(&stage);
    assert_content("dst", "other");
    cr_assert_eq(entry_count(), 1);
}

Test(stage, discard_leaves_nothing)
{
    struct stage stage = staged("dst", "new");
    stage_discard(&stage);
    cr_assert_eq(entry_count(), 0);
    stage_discard(&stage); /* once more is harmless */
}

Test(stage, the_mode_is_cut_by_the_umask)
{
    umask(027);
    struct stage stage = staged("dst", "new");
    cr_assert_eq(stage.mode, 0640);
    cr_assert_eq(stage_give_mode(&stage), 0);
    cr_assert_eq(stage_publish(&stage, false, false), 0);
    struct stat st;
    stat("dst", &st);
    cr_assert_eq(st.st_mode & 07777, 0640);
}

Test(stage, in_place_a_new_file_is_discarded_and_an_old_one_is_not)
{
    struct stage stage;
    cr_assert_eq(stage_open_in_place(&stage, here(), "dst", true, 0666, false), 0);
    cr_assert_eq(access("dst", F_OK), 0);
    stage_discard(&stage);
    cr_assert_eq(entry_count(), 0);
    write_old("old");
    cr_assert_eq(stage_open_in_place(&stage, here(), "dst", false, 0, false), 0);
    stage_discard(&stage);
    assert_content("dst", "old");
}

Test(stage, a_file_that_may_not_be_read_is_opened_in_place_all_the_same)
{
    if (geteuid() == 0)
        cr_skip_test("root may read everything");
    write_old("old");
    chmod("dst", 0200);
    struct stage stage;
    cr_assert_eq(stage_open_in_place(&stage, here(), "dst", false, 0, false), 0);
    stage_discard(&stage);
}

Test(stage, reserve_sets_the_size_in_either_direction)
{
    static const off_t sizes[] = {100000, 4097, 0x200000};
    struct stage stage = staged("dst", "new");
    for
        EACH(i, sizes)
        {
            struct stat st;
            cr_assert_eq(stage_reserve(&stage, sizes[i], i % 2 == 0), 0);
            fstat(stage.fd, &st);
            cr_assert_eq(st.st_size, sizes[i]);
        }
    stage_discard(&stage);
}

Test(stage, reserve_that_fails_changes_nothing)
{
    write_old("old");
    struct stage stage;
    struct rlimit limit = {1 << 20, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert_eq(stage_open_in_place(&stage, here(), "dst", false, 0, false), 0);
    cr_assert_eq(stage_reserve(&stage, 2 << 20, true), -EFBIG);
    stage_discard(&stage);
    assert_content("dst", "old");
}

Test(stage, a_longest_name_can_be_replaced)
{
    char name[256];
    memset(name, 'x', 255);
    name[255] = '\0';
    for (int i = 0; i < 2; i++) {
        struct stage stage = staged(name, "new");
        cr_assert_eq(stage_publish(&stage, i > 0, false), 0);
    }
    cr_assert_eq(entry_count(), 1);
}

Test(stage, standard_output_stays_open)
{
    struct stage stage;
    int fd = make_file("out", 0);
    cr_assert_eq(stage_use(&stage, fd), 0);
    cr_assert_eq(stage_publish(&stage, true, false), 0);
    cr_assert_geq(fcntl(fd, F_GETFD), 0);
}
