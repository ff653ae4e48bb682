/* SPDX-License-Identifier: MIT */
#include "cluster/verdict.h"
#include "support.h"

#include <signal.h>

static struct verdict new_verdict(void)
{
    struct verdict v;
    cr_assert_eq(verdict_init(&v, 2), 0);
    verdict_begin(&v);
    return v;
}

static void hear(struct verdict *v, unsigned node, enum message_kind kind, int64_t off,
                 const char *text)
{
    const struct message m = {.kind = kind, .off = off, .done = 7 + node, .jobs = 3};
    verdict_hear(v, node, &m, text);
}

Test(verdict, when_all_is_there_it_tells_what_each_has_done_in_the_order_of_nodes)
{
    struct verdict v = new_verdict();
    struct message over;
    unsigned count;
    hear(&v, 1, MESSAGE_DONE, 2500000, "b");
    hear(&v, 0, MESSAGE_DONE, 1000000, "a");
    hear(&v, 2, MESSAGE_DONE, 1000000, "no node");
    const void *text = verdict_tell(&v, true, &over);
    cr_assert_eq(over.off, PART_WELL);
    struct contribution *list = contributions_read(text, over.size, &count);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(list[0].node, "a");
    cr_assert_str_eq(list[1].node, "b");
    cr_assert_eq(list[1].bytes, 8);
    cr_assert_eq(list[1].seconds, 2.5);
    cr_assert_eq(list[1].jobs, 3);
    free(list);
    verdict_release(&v);
}

static void assert_told(const struct verdict *v, enum part_end end, const char *sentence)
{
    struct message over;
    const char *text = verdict_tell(v, false, &over);
    cr_assert_eq(over.off, end);
    cr_assert_eq(over.size, sentence ? strlen(sentence) : 0);
    cr_assert(sentence ? strcmp(text, sentence) == 0 : !text);
}

Test(verdict, the_first_failure_is_told)
{
    struct verdict v = new_verdict();
    hear(&v, 1, MESSAGE_FAIL, PART_FAILED, "first");
    hear(&v, 0, MESSAGE_FAIL, PART_FAILED, "second");
    assert_told(&v, PART_FAILED, "first");
    verdict_release(&v);
}

Test(verdict, also_one_of_which_nothing_can_be_said)
{
    struct verdict v = new_verdict();
    hear(&v, 1, MESSAGE_FAIL, PART_FAILED, "");
    hear(&v, 0, MESSAGE_FAIL, PART_FAILED, "second");
    assert_told(&v, PART_FAILED, NULL);
    verdict_release(&v);
}

Test(verdict, what_one_has_spoilt_is_spoilt_until_another_copy_begins)
{
    struct verdict v = new_verdict();
    hear(&v, 1, MESSAGE_FAIL, PART_FAILED, "first");
    hear(&v, 0, MESSAGE_FAIL, PART_SPOILT, "second");
    assert_told(&v, PART_SPOILT, "first");
    verdict_begin(&v);
    assert_told(&v, PART_FAILED, "cannot copy: nodes have lost count of what they have copied");
    verdict_release(&v);
}

Test(verdict, a_copier_that_is_killed_says_nothing_so_that_it_is_said)
{
    char text[512];
    verdict_on_death(text, sizeof(text), 12, SIGKILL, "a");
    cr_assert_str_eq(text, "cannot copy: the process that copies (pid 12) was killed by signal 9 "
                           "(Killed) (on node a)");
    verdict_on_death(text, sizeof(text), 12, 3 << 8, "a");
    cr_assert_str_eq(text,
                     "cannot copy: the process that copies (pid 12) ended with status 3 (on node "
                     "a)");
}
