/* SPDX-License-Identifier: MIT */
#include "cluster/cursor.h"
#include "support.h"

enum { MIB = 1 << 20 };

Test(cursor, grants_cover_all_once_and_in_order)
{
    const off_t bytes = 1000 * (off_t)MIB + 17;
    struct cursor c = cursor_begin(bytes, 2 * MIB);
    off_t next = 0;
    for (struct grant g = cursor_take(&c, 64 * MIB, 1.0 / 3); g.len > 0;
         g = cursor_take(&c, 64 * MIB, 1.0 / 3)) {
        cr_assert_eq(g.off, next);
        next += g.len;
    }
    cr_assert_eq(next, bytes);
}

Test(cursor, none_is_left_after_the_last)
{
    struct cursor c = cursor_begin(5, 4096);
    cr_assert_eq(cursor_take(&c, 4096, 1).len, 5);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(cursor_take(&c, 4096, 1).len, 0);
}

Test(cursor, of_nothing_nothing_is_granted)
{
    struct cursor c = cursor_begin(0, 4096);
    cr_assert_eq(cursor_take(&c, 4096, 1).len, 0);
}

Test(cursor, they_become_shorter_towards_the_end)
{
    struct cursor c = cursor_begin(1024 * (off_t)MIB, MIB);
    off_t before = cursor_take(&c, 1024 * (off_t)MIB, 0.25).len;
    cr_assert_eq(before, 128 * MIB); /* half of a quarter */
    while (c.next < c.end) {
        off_t left = c.end - c.next, len = cursor_take(&c, 1024 * (off_t)MIB, 0.25).len;
        cr_assert_leq(len, before);
        cr_assert(len <= left / 8 || len == MIB);
        before = len;
    }
    cr_assert_eq(before, MIB);
}

Test(cursor, they_are_no_longer_than_wanted)
{
    struct cursor c = cursor_begin(1024 * (off_t)MIB, MIB);
    cr_assert_eq(cursor_take(&c, 5 * MIB, 0.5).len, 5 * MIB);
    cr_assert_eq(cursor_take(&c, 5 * MIB + 17, 0.5).len, 5 * MIB);
}

Test(cursor, they_begin_at_units_and_have_at_least_one)
{
    struct cursor c = cursor_begin(100 * MIB + 3, 3 * MIB);
    for (struct grant g = cursor_take(&c, 1, 0.1); g.len > 0; g = cursor_take(&c, 7 * MIB, 0.1)) {
        cr_assert_eq(g.off % (3 * MIB), 0);
        cr_assert(g.len >= 3 * MIB || g.off + g.len == 100 * MIB + 3);
    }
}

Test(cursor, a_unit_holds_whole_chunks_and_stripes)
{
    cr_assert_eq(cursor_unit(2 * MIB, 0), 2 * MIB);
    cr_assert_eq(cursor_unit(2 * MIB, MIB), 2 * MIB);
    cr_assert_eq(cursor_unit(2 * MIB, 8 * MIB), 8 * MIB);
    cr_assert_eq(cursor_unit(2 * MIB, 3 * MIB), 6 * MIB);
}

Test(cursor, what_stripes_would_make_too_long_goes_by_chunks)
{
    cr_assert_eq(cursor_unit(2 * MIB, (size_t)1 << 40), 2 * MIB);
    cr_assert_eq(cursor_unit(2 * MIB, 256 * MIB - 4096), 2 * MIB);
}

Test(cursor, a_quick_node_is_granted_more)
{
    cr_assert_eq(cursor_wanted(MIB, 2048.0 * MIB, 1, 0.5),
                 1024 * (off_t)MIB); /* half a second of it */
    cr_assert_eq(cursor_wanted(MIB, 9.0 * MIB, 1, 0.5), 4 * MIB);
    cr_assert_eq(cursor_wanted(MIB, 1, 16, 0.5), MIB);
}

Test(cursor, one_of_which_nothing_is_known_gets_a_unit_for_each_worker)
{
    cr_assert_eq(cursor_wanted(MIB, 0, 4, 0.5), 4 * MIB);
    cr_assert_eq(cursor_wanted(MIB, 0, 0, 0.5), MIB);
}

Test(cursor, one_that_does_little_is_granted_little_of_the_rest)
{
    struct cursor c = cursor_begin(1000 * (off_t)MIB, MIB);
    cr_assert_eq(cursor_take(&c, 100 * MIB, 0.02).len, 10 * MIB);
    cr_assert_eq(cursor_take(&c, 100 * MIB, 0).len, MIB);
}
