/* SPDX-License-Identifier: MIT */
#include "copy/room.h"
#include "support.h"

TestSuite(room, .init = enter_scratch, .fini = leave_scratch);

static int take(int fd, off_t size)
{
    struct extents all;
    cr_assert_eq(extents_whole(size, &all), 0);
    int rc = room_take(fd, &all);
    extents_release(&all);
    return rc;
}

static off_t taken_by(int fd)
{
    struct stat st;
    cr_assert_eq(fstat(fd, &st), 0);
    return st.st_blocks * 512;
}

Test(room, what_is_taken_changes_no_size)
{
    int fd = make_file("file", 0);
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 4096) < 0)
        SKIP("this file system allocates nothing in advance");
    cr_assert_eq(take(fd, 1 << 20), 0);
    cr_assert_geq(taken_by(fd), 1 << 20);
    cr_assert_eq(lseek(fd, 0, SEEK_END), 0);
    close(fd);
}

Test(room, only_extents_are_taken)
{
    int fd = make_file("file", 0);
    struct extent list[] = {{0, 1 << 16, 0}, {1LL << 39, 1 << 16, 1 << 16}};
    const struct extents some = {.list = list, .count = 2, .bytes = 2 << 16};
    cr_assert_eq(room_take(fd, &some), 0);
    cr_assert_lt(taken_by(fd), 1 << 20);
    close(fd);
}

Test(room, too_little_is_found_without_taking_any)
{
    mount_small(); /* even if it took the room, it would fill no more than that */
    int fd = open("small", O_PATH);
    cr_assert_eq(room_look(fd, 1LL << 60), -ENOSPC);
    cr_assert_eq(room_look(fd, 1), 0);
    cr_assert_eq(room_look(fd, -1), 0, "what is replaced has more room than it takes");
    close(fd);
}

Test(room, a_full_file_system_leaves_the_file_as_it_was)
{
    char text[4] = "";
    mount_small();
    int fd = open("small/file", O_RDWR | O_CREAT, 0644);
    cr_assert_eq(write(fd, "old", 3), 3);
    off_t before = taken_by(fd);
    cr_assert_eq(take(fd, 4 << 20), -ENOSPC);
    cr_assert_eq(taken_by(fd), before);
    cr_assert_eq(pread(fd, text, 4, 0), 3);
    cr_assert_str_eq(text, "old");
    close(fd);
}
