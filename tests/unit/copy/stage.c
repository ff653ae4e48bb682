/* SPDX-License-Identifier: MIT */
#include "copy/stage.h"
#include "lacking.h"
#include "support.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/vfs.h>

TestSuite(stage, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

/* --- looking at the directory --- */

static int here(void)
{
    return open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The number of entries; the name of the last one goes to `name`. */
static unsigned list(char name[256])
{
    unsigned count = 0;
    DIR *dir = opendir(".");
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        strcpy(name, entry->d_name);
        count++;
    }
    closedir(dir);
    return count;
}

static unsigned entry_count(void)
{
    char name[256];
    return list(name);
}

static mode_t mode_of(const char *name)
{
    struct stat st;
    cr_assert_eq(stat(name, &st), 0);
    return st.st_mode & 07777;
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

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static struct stage staged(const char *name, const char *text)
{
    struct stage stage;
    cr_assert_eq(stage_open(&stage, here(), name, 0666), 0);
    cr_assert_eq(write(stage.fd, text, strlen(text)), (ssize_t)strlen(text));
    return stage;
}

static struct stage in_place(const char *name)
{
    struct stage stage;
    cr_assert_eq(stage_open_in_place(&stage, here(), name, false), 0);
    return stage;
}

/* Every way to stage: what a test below asserts holds for each. */
static void for_each_way(void (*assert_way)(void))
{
    for (int way = 0; way < 4; way++) {
        lacking.tmpfile = way > 1;
        lacking.privilege = lacking.noreplace = way % 2;
        assert_way();
    }
}

/* --- staging --- */

static void publish(struct stage *stage, bool replace)
{
    cr_assert_eq(stage_sync(stage), 0);
    cr_assert_eq(stage_publish(stage, replace), 0);
    cr_assert_eq(stage_sync_name(stage), 0);
    cr_assert_eq(stage_close(stage), 0);
}

Test(stage, an_unnamed_file_is_invisible)
{
    struct stage stage = staged("dst", "new");
    if (stage.kind != STAGE_UNNAMED)
        SKIP("this file system has no O_TMPFILE");
    cr_assert_eq(entry_count(), 0);
    stage_discard(&stage);
}

Test(stage, without_o_tmpfile_the_name_is_hidden_and_tells_whose_it_is)
{
    char name[256];
    lacking.tmpfile = true;
    struct stage stage = staged("dst", "new");
    cr_assert_eq(stage.kind, STAGE_HIDDEN);
    cr_assert_eq(list(name), 1);
    cr_assert_str_eq(name, stage.hidden);
    cr_assert_eq(strncmp(name, ".dst.mpcp-", 10), 0, "%s", name);
    cr_assert_eq(strlen(name), 18);
    stage_discard(&stage);
}

Test(stage, a_name_too_long_to_be_hidden_whole_is_hashed)
{
    static const size_t lengths[] = {240, 241, 255};
    lacking.tmpfile = true;
    for (size_t i = 0; i < LENGTH(lengths); i++) {
        char name[256] = "";
        memset(name, 'x', lengths[i]);
        struct stage stage = staged(name, "new");
        size_t hidden = lengths[i] > 240 ? 1 + 16 + 6 + 8 : lengths[i] + 15;
        cr_assert_eq(strlen(stage.hidden), hidden, "%s", stage.hidden);
        cr_assert_not_null(strstr(stage.hidden, ".mpcp-"), "%s", stage.hidden);
        stage_discard(&stage);
    }
}

Test(stage, a_hidden_name_that_is_taken_is_left_alone)
{
    lacking.tmpfile = lacking.random = true;
    write_text(".dst.mpcp-abababab", "another's");
    struct stage stage = staged("dst", "new");
    cr_assert_str_neq(stage.hidden, ".dst.mpcp-abababab");
    stage_discard(&stage);
    assert_content(".dst.mpcp-abababab", "another's");
    cr_assert_eq(entry_count(), 1);
}

Test(stage, only_the_owner_may_open_a_hidden_file)
{
    umask(022);
    lacking.tmpfile = true;
    struct stage stage = staged("dst", "new");
    cr_assert_eq(lacking.created, 0600, "from its first moment on");
    cr_assert_eq(mode_of(stage.hidden), 0600);
    cr_assert_eq(stage.mode, 0644);
    stage_discard(&stage);
}

Test(stage, nothing_is_published_in_a_directory_that_is_gone)
{
    struct stage stage;
    cr_assert_eq(mkdir("gone", 0755), 0);
    int dir_fd = open("gone", O_PATH | O_DIRECTORY);
    cr_assert_eq(rmdir("gone"), 0);
    int rc = stage_open(&stage, dir_fd, "dst", 0666);
    if (rc == 0) /* some file systems create a file without a name anyway */
        rc = stage_publish(&stage, false);
    cr_assert_lt(rc, 0);
    stage_discard(&stage);
    cr_assert_eq(stage.fd, -1);
}

/* --- publishing --- */

static void assert_published_new(void)
{
    struct stage stage = staged("dst", "new");
    cr_assert_neq(access("dst", F_OK), 0);
    publish(&stage, false);
    cr_assert_eq(stage.fd, -1);
    stage_discard(&stage); /* too late now */
    assert_content("dst", "new");
    cr_assert_eq(entry_count(), 1);
    unlink("dst");
}

Test(stage, nothing_bears_the_name_before_publish)
{
    for_each_way(assert_published_new);
}

static void assert_replaced(void)
{
    write_text("dst", "old");
    struct stage stage = staged("dst", "new");
    assert_content("dst", "old");
    publish(&stage, true);
    assert_content("dst", "new");
    cr_assert_eq(entry_count(), 1);
}

Test(stage, publish_replaces_what_was_there)
{
    for_each_way(assert_replaced);
}

static void assert_kept(void)
{
    struct stage stage = staged("dst", "new");
    write_text("dst", "other");
    cr_assert_eq(stage_publish(&stage, false), -EEXIST);
    stage_discard(&stage);
    assert_content("dst", "other");
    cr_assert_eq(entry_count(), 1);
    unlink("dst");
}

Test(stage, publish_leaves_a_file_that_appeared_meanwhile)
{
    for_each_way(assert_kept);
}

static void assert_nothing_left(void)
{
    struct stage stage = staged("dst", "new");
    stage_discard(&stage);
    cr_assert_eq(entry_count(), 0);
    cr_assert_eq(stage.fd, -1);
    stage_discard(&stage); /* a second time is harmless */
}

Test(stage, discard_leaves_nothing)
{
    for_each_way(assert_nothing_left);
}

static void assert_longest_name(void)
{
    char name[256];
    memset(name, 'x', 255);
    name[255] = '\0';
    for (int i = 0; i < 2; i++) {
        struct stage stage = staged(name, i ? "second" : "first");
        publish(&stage, i > 0);
    }
    assert_content(name, "second");
    cr_assert_eq(entry_count(), 1);
    unlink(name);
}

Test(stage, a_name_of_255_bytes_can_be_created_and_replaced)
{
    for_each_way(assert_longest_name);
}

static void assert_masked(void)
{
    struct stage stage = staged("dst", "new");
    cr_assert_eq(stage.mode, 0640);
    stage_discard(&stage);
    cr_assert_eq(stage_open(&stage, here(), "dst", 0464), 0);
    cr_assert_eq(stage.mode, 0440);
    stage_discard(&stage);
    cr_assert_eq(stage_open(&stage, here(), "dst", STAGE_MODE_LATER), 0);
    cr_assert_eq(stage.mode, -1);
    stage_discard(&stage);
    cr_assert_eq(entry_count(), 0);
}

Test(stage, the_mode_is_cut_by_the_umask)
{
    umask(027);
    for_each_way(assert_masked);
}

/* --- for a later run --- */

static struct stage partial(bool *used)
{
    struct stage stage;
    *used = false;
    cr_assert_eq(stage_open_partial(&stage, here(), "dst", 0666, used), 0);
    return stage;
}

static void assert_partial(void)
{
    bool used;
    struct stage stage = partial(&used);
    cr_assert_not(used);
    cr_assert_eq(stage.mode, 0640);
    cr_assert_eq(mode_of(".dst.mpcp-partial"), 0600);
    cr_assert_eq(write(stage.fd, "new", 3), 3);
    stage_discard(&stage);
    assert_content(".dst.mpcp-partial", "new");
    umask(0);
    stage = partial(&used);
    cr_assert(used);
    cr_assert_eq(stage.mode, 0666, "as a file that is new now");
    stage.keep = false;
    stage_discard(&stage);
    cr_assert_eq(entry_count(), 0);
    umask(027);
}

Test(stage, what_is_kept_is_found_again_and_closed_to_others)
{
    umask(027);
    for_each_way(assert_partial);
}

static void assert_parted(void)
{
    char name[256];
    bool used;
    struct stage stage = partial(&used);
    stage_part_with(&stage);
    cr_assert_eq(list(name), 1);
    cr_assert_str_eq(name, stage.hidden);
    cr_assert_str_neq(name, ".dst.mpcp-partial");
    stage_discard(&stage);
    cr_assert_eq(entry_count(), 0);
}

Test(stage, what_others_may_write_to_is_not_found_again)
{
    for_each_way(assert_parted);
}

/* --- in place --- */

Test(stage, in_place_a_new_file_is_discarded)
{
    struct stage stage;
    umask(022);
    cr_assert_eq(stage_create_in_place(&stage, here(), "dst", 0666, false), 0);
    cr_assert_eq(mode_of("dst"), 0644);
    stage_discard(&stage);
    cr_assert_eq(entry_count(), 0);
}

Test(stage, in_place_an_old_file_is_neither_truncated_nor_discarded)
{
    write_text("dst", "old");
    struct stage stage = in_place("dst");
    stage_discard(&stage);
    assert_content("dst", "old");
}

Test(stage, in_place_what_is_published_stays)
{
    struct stage stage;
    cr_assert_eq(stage_create_in_place(&stage, here(), "dst", 0666, false), 0);
    cr_assert_eq(write(stage.fd, "new", 3), 3);
    publish(&stage, false);
    stage_discard(&stage);
    assert_content("dst", "new");
}

Test(stage, in_place_a_new_file_may_be_closed_to_others)
{
    struct stage stage;
    umask(022);
    cr_assert_eq(stage_create_in_place(&stage, here(), "dst", 0666, true), 0);
    cr_assert_eq(mode_of("dst"), 0600);
    cr_assert_eq(stage.mode, 0644);
    stage_discard(&stage);
}

Test(stage, in_place_the_mode_is_left_alone)
{
    write_text("dst", "old");
    chmod("dst", 0604);
    struct stage stage = in_place("dst");
    cr_assert_eq(stage.mode, -1);
    publish(&stage, true);
    cr_assert_eq(mode_of("dst"), 0604);
}

Test(stage, in_place_a_file_is_created_only_where_none_is)
{
    struct stage stage;
    cr_assert_eq(stage_open_in_place(&stage, here(), "dst", false), -ENOENT);
    write_text("dst", "old");
    cr_assert_eq(stage_create_in_place(&stage, here(), "dst", 0666, false), -EEXIST);
    stage_discard(&stage);
    assert_content("dst", "old");
}

Test(stage, a_file_that_may_not_be_read_is_opened_in_place_all_the_same)
{
    write_text("dst", "old");
    chmod("dst", 0200);
    chmod(".", 0777);
    int dir_fd = here();
    struct stage stage;
    if (geteuid() == 0) {
        cr_assert_eq(chown("dst", 65534, 65534), 0);
        cr_assert_eq(seteuid(65534), 0);
    }
    int rc = stage_open_in_place(&stage, dir_fd, "dst", false);
    cr_assert_eq(seteuid(getuid()), 0);
    cr_assert_eq(rc, 0);
    cr_assert_eq(fcntl(stage.fd, F_GETFL) & O_ACCMODE, O_WRONLY);
    stage_discard(&stage);
}

Test(stage, without_a_name_or_not_at_all)
{
    struct stage stage;
    lacking.tmpfile = true;
    cr_assert_eq(stage_open_unnamed(&stage, AT_FDCWD, "dst", 0644), -EOPNOTSUPP);
    cr_assert_eq(entry_count(), 0, "no hidden file is left");
}

Test(stage, standard_output_stays_open)
{
    struct stage stage;
    int fd = make_file("out", 0);
    cr_assert_eq(stage_use(&stage, fd), 0);
    publish(&stage, true);
    cr_assert_geq(fcntl(fd, F_GETFD), 0);
}

/* --- size --- */

Test(stage, the_size_is_set_in_either_direction)
{
    static const off_t sizes[] = {100000, 4097, 0x200000, 1};
    struct stage stage = staged("dst", "new");
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        cr_assert_eq(stage_give_size(&stage, sizes[i]), 0);
        cr_assert_eq(lseek(stage.fd, 0, SEEK_END), sizes[i]);
    }
    stage_discard(&stage);
}

Test(stage, a_file_that_is_emptied_has_no_data_left)
{
    write_text("dst", "old");
    struct stage stage = in_place("dst");
    cr_assert_eq(stage_empty(&stage), 0);
    cr_assert_eq(lseek(stage.fd, 0, SEEK_END), 0);
    stage_discard(&stage);
}

Test(stage, a_size_limit_is_told)
{
    struct rlimit limit = {1 << 20, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    struct stage stage = staged("new", "");
    cr_assert_eq(stage_give_size(&stage, 2 << 20), -EFBIG);
    stage_discard(&stage);
}
