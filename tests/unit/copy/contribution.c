/* SPDX-License-Identifier: MIT */
#include "copy/contribution.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

static const struct contribution two[] = {{"node1", 52 << 20, 0, 1.5, 4, 0},
                                          {"node2", 48 << 20, 0, 1.25, 2, 0}};

Test(contribution, those_of_all_nodes_are_read_in_their_order)
{
    unsigned count;
    struct contribution *list = contributions_read(two, sizeof(two), &count);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(list[1].node, "node2");
    cr_assert_eq(list[1].bytes, 48 << 20);
    free(list);
}

static void assert_refused(struct contribution bad, size_t size)
{
    unsigned count;
    cr_assert_null(contributions_read(&bad, size, &count));
}

Test(contribution, what_cannot_be_is_refused)
{
    struct contribution bad = two[0];
    memset(bad.node, 'x', sizeof(bad.node));
    assert_refused(bad, sizeof(bad));
    bad = two[0];
    bad.bytes = -1;
    assert_refused(bad, sizeof(bad));
    bad = two[0];
    bad.seconds = NAN;
    assert_refused(bad, sizeof(bad));
    assert_refused(two[0], sizeof(bad) - 1);
    assert_refused(two[0], 0);
}

Test(contribution, in_words_as_many_are_told_as_there_is_room_for)
{
    char text[100];
    contributions_put(two, 2, text, sizeof(text));
    cr_assert_str_eq(text, "node1 52.0 MiB, node2 48.0 MiB");
    contributions_put(two, 2, text, 30);
    cr_assert_str_eq(text, "node1 52.0 MiB");
    contributions_put(two, 2, text, 31);
    cr_assert_str_eq(text, "node1 52.0 MiB, node2 48.0 MiB");
}
