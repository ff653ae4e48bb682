/* SPDX-License-Identifier: MIT */
#include "copy/small.h"
#include "lacking.h"
#include "support.h"

#include <sys/xattr.h>

enum { SIZE = 100000, ROOM = 4096 };

static int src, dir;
static struct stat st;
static struct copy_rules rules;
static struct small small;
static struct small_result result;
static char buffer[ROOM];

static const char *path_of(void *arg, enum side side)
{
    cr_assert_eq(arg, &small);
    return side == SIDE_SOURCE ? "src" : "d/dst";
}

static void make_source(void)
{
    static const struct timespec times[2] = {{1000000000, 123456789}, {1234567890, 987654321}};
    enter_scratch();
    umask(022);
    src = make_file("src", SIZE);
    cr_assert_eq(fchmod(src, 0666), 0);
    cr_assert_eq(futimens(src, times), 0);
    cr_assert_eq(fstat(src, &st), 0);
    cr_assert_eq(lseek(src, 0, SEEK_SET), 0);
    cr_assert_eq(mkdir("d", 0755), 0);
    dir = open("d", O_RDONLY | O_DIRECTORY);
    rules = (struct copy_rules){0};
    small = (struct small){.src_fd = src,
                           .st = &st,
                           .path = path_of,
                           .arg = &small,
                           .dir_fd = dir,
                           .name = "dst",
                           .private = true,
                           .birth = {.plain = true, .uid = geteuid(), .gid = getegid()},
                           .buffer = buffer,
                           .buffer_len = ROOM};
}

static void remove_source(void)
{
    close(src);
    close(dir);
    leave_scratch();
}

TestSuite(small, .init = make_source, .fini = remove_source, .timeout = 60);

static struct stat status_of(const char *name)
{
    struct stat there;
    cr_assert_eq(fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW), 0, "%s", name);
    return there;
}

static bool exists(const char *name)
{
    return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void copy(enum small_end expected)
{
    cr_assert_eq(lseek(src, 0, SEEK_SET), 0);
    enum small_end end = small_copy(&small, &rules, &result);
    cr_assert_eq(end, expected, "%d", end);
}

static void assert_complaint(const char *part)
{
    char *sentence = complaint_sentence(&result.why);
    cr_assert_not_null(strstr(sentence, part), "%s", sentence);
    free(sentence);
}

static void assert_copied(mode_t mode)
{
    int fd = openat(dir, "dst", O_RDONLY);
    cr_assert_geq(fd, 0);
    cr_assert(same_bytes(src, fd, SIZE));
    close(fd);
    cr_assert_eq(status_of("dst").st_size, SIZE);
    cr_assert_eq(result.bytes, SIZE);
    cr_assert_eq(status_of("dst").st_mode & 07777, mode, "%o", status_of("dst").st_mode);
}

/* --- its life --- */

Test(small, it_is_copied_into_a_nest_and_where_others_look_too)
{
    for (int i = 0; i < 2; i++) {
        small.private = i == 0;
        copy(SMALL_COPIED);
        assert_copied(0644);
        cr_assert_eq(unlinkat(dir, "dst", 0), 0);
    }
}

Test(small, where_there_are_no_files_without_a_name_too)
{
    lacking.tmpfile = true;
    small.private = false;
    copy(SMALL_COPIED);
    assert_copied(0644);
}

Test(small, a_name_that_is_taken_stays)
{
    for (int i = 0; i < 2; i++) {
        small.private = i == 0;
        cr_assert_eq(symlinkat("nowhere", dir, "dst"), 0);
        copy(SMALL_TAKEN);
        cr_assert(S_ISLNK(status_of("dst").st_mode));
        cr_assert_eq(unlinkat(dir, "dst", 0), 0);
    }
}

Test(small, an_empty_one_is_read_all_the_same)
{
    cr_assert_eq(ftruncate(src, 0), 0);
    cr_assert_eq(fstat(src, &st), 0);
    copy(SMALL_COPIED);
    cr_assert_eq(status_of("dst").st_size, 0);
}

Test(small, what_says_that_it_is_empty_and_is_not_is_copied)
{
    st.st_size = 0;
    rules.allow_changes = true;
    copy(SMALL_COPIED);
    assert_copied(0644);
}

/* --- sources that change --- */

static void assert_failed(const char *part)
{
    for (int i = 0; i < 2; i++) {
        small.private = i == 0;
        copy(SMALL_FAILED);
        assert_complaint(part);
        cr_assert_not(exists("dst"));
    }
}

Test(small, one_that_has_shrunk_is_no_copy)
{
    cr_assert_eq(ftruncate(src, SIZE - 1), 0);
    assert_failed("it ended at offset 99999, before its size of 100000 bytes");
    rules.allow_changes = true;
    assert_failed("it ended at offset 99999, before its size of 100000 bytes");
}

Test(small, one_that_was_written_to_is_no_copy)
{
    cr_assert_eq(pwrite(src, "x", 1, 0), 1);
    assert_failed("--allow-changes");
}

Test(small, unless_that_is_allowed)
{
    rules.allow_changes = true;
    cr_assert_eq(pwrite(src, "x", 1, 0), 1);
    copy(SMALL_COPIED);
    assert_copied(0644);
}

Test(small, one_that_cannot_be_read_is_no_copy)
{
    small.src_fd = open("src", O_WRONLY);
    assert_failed("src");
    close(small.src_fd);
}

/* --- rights --- */

Test(small, umask_counts_unless_the_mode_is_preserved)
{
    umask(077);
    copy(SMALL_COPIED);
    assert_copied(0600);
    cr_assert_eq(unlinkat(dir, "dst", 0), 0);
    rules.preserve = ATTRIBUTE_MODE;
    copy(SMALL_COPIED);
    assert_copied(0666);
}

Test(small, without_the_mode_it_is_that_of_a_new_file)
{
    cr_assert_eq(fchmod(src, 0700), 0);
    cr_assert_eq(fstat(src, &st), 0);
    rules.no_preserve = ATTRIBUTE_MODE;
    copy(SMALL_COPIED);
    assert_copied(0644);
}

Test(small, special_bits_are_not_for_a_copy_of_its_own)
{
    cr_assert_eq(fchmod(src, 07755), 0);
    cr_assert_eq(fstat(src, &st), 0);
    copy(SMALL_COPIED);
    assert_copied(0755);
}

Test(small, attributes_are_carried)
{
    for (int i = 0; i < 2; i++) {
        small.private = i == 0;
        rules.preserve = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS;
        copy(SMALL_COPIED);
        cr_assert_eq(status_of("dst").st_mtim.tv_nsec, 987654321);
        cr_assert_eq(status_of("dst").st_atim.tv_sec, 1000000000);
        assert_copied(0666);
        cr_assert_eq(unlinkat(dir, "dst", 0), 0);
    }
}

Test(small, an_owner_is_given)
{
    if (geteuid() != 0)
        SKIP("only root gives files away");
    cr_assert_eq(fchown(src, 12345, 12346), 0);
    cr_assert_eq(fchmod(src, 04755), 0);
    cr_assert_eq(fstat(src, &st), 0);
    rules.preserve = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP;
    copy(SMALL_COPIED);
    assert_copied(04755);
    cr_assert_eq(status_of("dst").st_uid, 12345);
    cr_assert_eq(status_of("dst").st_gid, 12346);
}

static void become_nobody(void)
{
    cr_assert_eq(fstat(src, &st), 0); /* as the test has made it by now */
    if (geteuid() != 0)
        return;
    cr_assert_eq(chmod(".", 0755), 0);
    cr_assert_eq(fchown(dir, 65534, 65534), 0);
    cr_assert_eq(fchown(src, 65534, 65534), 0);
    cr_assert_eq(fstat(src, &st), 0);
    cr_assert_eq(seteuid(65534), 0);
    small.birth.uid = 65534;
}

static void be_oneself_again(void)
{
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
}

/* An attribute can be set only on what may be written. */
Test(small, what_is_read_only_gets_its_extended_attributes_too)
{
    if (fsetxattr(src, "user.mark", "value", 5, 0) < 0)
        SKIP("no extended attributes can be set here: %s", strerror(errno));
    cr_assert_eq(fchmod(src, 0444), 0);
    become_nobody();
    static const unsigned ways[] = {ATTRIBUTE_XATTR, ATTRIBUTE_XATTR | ATTRIBUTE_MODE};
    for (size_t i = 0; i < 2 * LENGTH(ways); i++) {
        char value[8] = "";
        small.private = i % 2;
        rules.preserve = ways[i / 2];
        copy(SMALL_COPIED);
        assert_copied(0444);
        int fd = openat(dir, "dst", O_RDONLY);
        cr_assert_eq(fgetxattr(fd, "user.mark", value, sizeof(value)), 5);
        close(fd);
        cr_assert_eq(unlinkat(dir, "dst", 0), 0);
    }
    be_oneself_again();
}

/* --- what it isn't for --- */

Test(small, what_it_cannot_do_is_known_before)
{
    static const struct {
        struct copy_rules rules;
        bool possible;
    } cases[] = {
        {{.wishes.sparse = WHEN_AUTO}, true},     {{.wishes.sync = true}, false},
        {{.wishes.verify = true}, false},         {{.wishes.rate = 1}, false},
        {{.wishes.resume = true}, false},         {{.wishes.in_place = true}, false},
        {{.wishes.sparse = WHEN_ALWAYS}, false},  {{.wishes.sparse = WHEN_NEVER}, false},
        {{.wishes.reflink = WHEN_ALWAYS}, false}, {{.wishes.reflink = WHEN_NEVER}, true},
        {{.wishes.cache = CACHE_DROP}, false},    {{.dry_run = true}, false},
    };
    st.st_blocks = SIZE / 512 + 1;
    for (size_t i = 0; i < LENGTH(cases); i++)
        cr_assert_eq(small_is_possible(&st, &cases[i].rules), cases[i].possible, "case %zu", i);
}

Test(small, holes_and_other_kinds_are_not_for_it)
{
    st.st_blocks = 8;
    cr_assert_not(small_is_possible(&st, &rules));
    st.st_blocks = SIZE / 512 + 1;
    st.st_mode = S_IFIFO | 0644;
    cr_assert_not(small_is_possible(&st, &rules));
}

/* The scratch directory may share extents; two file systems never do. */
Test(small, a_refusal_to_share_extents_is_told_and_no_failure)
{
    mount_small();
    small.dir_fd = open("small", O_RDONLY | O_DIRECTORY);
    small.reflink = true;
    copy(SMALL_COPIED);
    cr_assert(result.refused);
    cr_assert_not(result.shared);
    small.reflink = false;
    small.name = "again";
    copy(SMALL_COPIED);
    cr_assert_not(result.refused);
    close(small.dir_fd);
}

Test(small, no_room_is_told_and_nothing_is_left)
{
    mount_small();
    small.dir_fd = open("small", O_RDONLY | O_DIRECTORY);
    int filler = openat(small.dir_fd, "filler", O_WRONLY | O_CREAT, 0600);
    while (write(filler, buffer, ROOM) == ROOM)
        ;
    close(filler);
    copy(SMALL_FAILED);
    assert_complaint("No space left on device");
    cr_assert_eq(faccessat(small.dir_fd, "dst", F_OK, 0), -1);
    close(small.dir_fd);
}
