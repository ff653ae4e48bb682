/* SPDX-License-Identifier: MIT */
#include "base/extent.h"
#include "support.h"

#include <dlfcn.h>

enum { PAGE = 4096, HOLE = 1 << 20 };

TestSuite(extent, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

/* A file of that size with nothing in it. */
static int a_hole(off_t size)
{
    int fd = make_file("src", 0);
    cr_assert_eq(ftruncate(fd, size), 0);
    return fd;
}

static void put(int fd, off_t off, size_t len)
{
    char *bytes = malloc(len);
    memset(bytes, 'x', len);
    cr_assert_eq(pwrite(fd, bytes, len, off), (ssize_t)len);
    free(bytes);
}

static struct extents extents_in(int fd, off_t size)
{
    struct extents extents;
    cr_assert_eq(extents_find(fd, size, PAGE, &extents), 0);
    close(fd);
    return extents;
}

static void assert_extent(const struct extents *extents, size_t i, off_t off, off_t len)
{
    cr_assert_lt(i, extents->count);
    cr_assert_eq(extents->list[i].off, off, "extent %zu at %lld", i,
                 (long long)extents->list[i].off);
    cr_assert_eq(extents->list[i].len, len, "extent %zu has %lld", i,
                 (long long)extents->list[i].len);
}

/* --- finding --- */

Test(extent, data_between_holes)
{
    int fd = a_hole(10 * HOLE);
    put(fd, HOLE, 2 * PAGE);
    put(fd, 5 * HOLE, PAGE);
    struct extents extents = extents_in(fd, 10 * HOLE);
    cr_assert_eq(extents.count, 2);
    assert_extent(&extents, 0, HOLE, 2 * PAGE);
    assert_extent(&extents, 1, 5 * HOLE, PAGE);
    cr_assert_eq(extents.bytes, 3 * PAGE);
    extents_release(&extents);
}

Test(extent, data_at_both_ends)
{
    int fd = a_hole(10 * HOLE);
    put(fd, 0, 1);
    put(fd, 10 * HOLE - 1, 1);
    struct extents extents = extents_in(fd, 10 * HOLE);
    cr_assert_eq(extents.count, 2);
    assert_extent(&extents, 0, 0, PAGE);
    assert_extent(&extents, 1, 10 * HOLE - PAGE, PAGE);
    extents_release(&extents);
}

Test(extent, the_last_ends_with_the_file)
{
    int fd = a_hole(HOLE + 100);
    put(fd, HOLE, 100);
    struct extents extents = extents_in(fd, HOLE + 100);
    cr_assert_eq(extents.count, 1);
    assert_extent(&extents, 0, HOLE, 100);
    extents_release(&extents);
}

Test(extent, whole_pages_are_data_whatever_the_blocks_of_the_file_system_are)
{
    enum { LARGE_PAGE = 64 << 10 };
    struct extents extents;
    int fd = a_hole(10 * HOLE);
    put(fd, HOLE + 3 * PAGE, PAGE);
    put(fd, HOLE + 5 * LARGE_PAGE, PAGE);
    put(fd, HOLE + 6 * LARGE_PAGE + PAGE, PAGE);
    cr_assert_eq(extents_find(fd, 10 * HOLE, LARGE_PAGE, &extents), 0);
    cr_assert_eq(extents.count, 2);
    assert_extent(&extents, 0, HOLE, LARGE_PAGE);
    assert_extent(&extents, 1, HOLE + 5 * LARGE_PAGE, 2 * LARGE_PAGE);
    extents_release(&extents);
    close(fd);
}

Test(extent, nothing_but_a_hole)
{
    struct extents extents = extents_in(a_hole(HOLE), HOLE);
    cr_assert_eq(extents.count, 0);
    cr_assert_eq(extents.bytes, 0);
    extents_release(&extents);
}

Test(extent, no_hole)
{
    struct extents extents = extents_in(make_file("src", 3 * PAGE + 7), 3 * PAGE + 7);
    cr_assert_eq(extents.count, 1);
    assert_extent(&extents, 0, 0, 3 * PAGE + 7);
    extents_release(&extents);
}

Test(extent, a_file_that_has_grown_is_looked_at_up_to_its_old_size)
{
    int fd = make_file("src", 9 * PAGE);
    struct extents extents = extents_in(fd, 5 * PAGE + 1);
    cr_assert_eq(extents.count, 1);
    assert_extent(&extents, 0, 0, 5 * PAGE + 1);
    extents_release(&extents);
}

Test(extent, what_cannot_be_searched_is_an_error)
{
    struct extents extents;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_lt(extents_find(ends[0], HOLE, PAGE, &extents), 0);
    extents_release(&extents);
}

/* --- lseek, which can be made to tell of more holes than one likes to make --- */

static off_t pretended; /* the size of a file with data in every other page; 0: ask the kernel */

/* Takes the place of the C library's. */
off_t lseek(int fd, off_t off, int whence)
{
    if (pretended == 0) {
        off_t (*library_lseek)(int, off_t, int);
        *(void **)&library_lseek = dlsym(RTLD_NEXT, "lseek");
        return library_lseek(fd, off, whence);
    }
    bool in_data = off / PAGE % 2 == 0;
    off_t next = (off / PAGE + 1) * PAGE;
    if (in_data == (whence == SEEK_HOLE))
        off = next;
    if (whence == SEEK_DATA && off >= pretended) {
        errno = ENXIO;
        return -1;
    }
    return off < pretended ? off : pretended;
}

Test(extent, of_too_many_the_smallest_holes_become_data)
{
    static const off_t data_pages[] = {EXTENT_MAX - 1, EXTENT_MAX, EXTENT_MAX + 1, 5 * EXTENT_MAX};
    for (size_t i = 0; i < LENGTH(data_pages); i++) {
        struct extents extents;
        pretended = data_pages[i] * 2 * PAGE;
        cr_assert_eq(extents_find(-1, pretended, PAGE, &extents), 0);
        cr_assert_leq(extents.count, EXTENT_MAX);
        off_t end = 0;
        for (size_t e = 0; e < extents.count; e++) { /* all data is in one, in order */
            const struct extent *extent = &extents.list[e];
            cr_assert_leq(extent->off, e == 0 ? 0 : end + PAGE);
            cr_assert(e == 0 || extent->off > end);
            end = extent->off + extent->len;
        }
        cr_assert_eq(end, pretended - PAGE);
        cr_assert_geq(extents.bytes, data_pages[i] * PAGE);
        extents_release(&extents);
    }
    pretended = 0;
}

/* --- from the row of data to the file --- */

static struct extent list[] = {
    {10 * PAGE, PAGE, 0}, {20 * PAGE, 3 * PAGE, PAGE}, {90 * PAGE, 7, 4 * PAGE}};
static const struct extents three = {.list = list, .count = 3, .bytes = 4 * PAGE + 7};

Test(extent, an_offset_in_the_row_is_one_in_the_file)
{
    static const struct {
        off_t data_off;
        size_t asked;
        off_t off;
        size_t len;
    } cases[] = {
        {0, PAGE, 10 * PAGE, PAGE},
        {0, 100 * PAGE, 10 * PAGE, PAGE},
        {PAGE - 1, 100, 11 * PAGE - 1, 1},
        {PAGE, PAGE, 20 * PAGE, PAGE},
        {2 * PAGE, 100 * PAGE, 21 * PAGE, 2 * PAGE},
        {4 * PAGE, 100 * PAGE, 90 * PAGE, 7},
        {4 * PAGE + 6, 1, 90 * PAGE + 6, 1},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct chunk chunk = extents_at(&three, cases[i].data_off, cases[i].asked);
        cr_assert_eq(chunk.off, cases[i].off, "case %zu", i);
        cr_assert_eq(chunk.len, cases[i].len, "case %zu", i);
    }
}

Test(extent, the_whole_file_is_one)
{
    struct extents extents;
    cr_assert_eq(extents_whole(5 * PAGE + 1, &extents), 0);
    struct chunk chunk = extents_at(&extents, PAGE, 100 * PAGE);
    cr_assert_eq(chunk.off, PAGE);
    cr_assert_eq(chunk.len, 4 * PAGE + 1);
    extents_release(&extents);
}
