/* SPDX-License-Identifier: MIT */
#include "base/name.h"
#include "support.h"

#include <limits.h>

TestSuite(name, .timeout = 60);

Test(name, is_made_of_the_files)
{
    char hidden[NAME_ROOM];
    name_hidden(hidden, "big.img", "journal");
    cr_assert_str_eq(hidden, ".big.img.mpcp-journal");
}

static void repeat(char *name, char c, size_t len)
{
    memset(name, c, len);
    name[len] = '\0';
}

Test(name, is_a_hash_where_it_would_be_too_long)
{
    char a[NAME_MAX + 1], b[NAME_MAX + 1], of_a[NAME_ROOM], of_b[NAME_ROOM];
    repeat(a, 'a', NAME_MAX);
    repeat(b, 'a', NAME_MAX);
    b[NAME_MAX - 1] = 'b';
    name_hidden(of_a, a, "partial");
    name_hidden(of_b, b, "partial");
    cr_assert_eq(of_a[0], '.');
    cr_assert(strlen(of_a) < 64);
    cr_assert_str_neq(of_a, of_b);
}

Test(name, of_just_the_right_length_is_kept)
{
    char longest[NAME_MAX + 1], hidden[NAME_ROOM];
    repeat(longest, 'a', NAME_MAX - strlen("..mpcp-partial"));
    name_hidden(hidden, longest, "partial");
    cr_assert_eq(strlen(hidden), NAME_MAX);
    cr_assert_eq(hidden[1], 'a');
}

Test(name, is_another_each_time_if_drawn_by_chance)
{
    char one[NAME_ROOM], other[NAME_ROOM];
    cr_assert_eq(name_hidden_anew(one, "big.img"), 0);
    cr_assert_eq(name_hidden_anew(other, "big.img"), 0);
    cr_assert_eq(strlen(one), strlen(".big.img.mpcp-12345678"));
    cr_assert_eq(strncmp(one, ".big.img.mpcp-", 14), 0);
    cr_assert_str_neq(one, other);
}
