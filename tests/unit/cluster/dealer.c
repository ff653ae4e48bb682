/* SPDX-License-Identifier: MIT */
#include "cluster/dealer.h"
#include "support.h"

enum { MIB = 1 << 20, ROUND = 7 };

static struct dealer new_dealer(unsigned nodes, off_t bytes)
{
    struct dealer d;
    cr_assert_eq(dealer_init(&d, nodes), 0);
    dealer_begin(&d, ROUND, bytes, MIB);
    return d;
}

static struct message of_kind(enum message_kind kind, off_t done)
{
    return (struct message){.kind = kind, .round = ROUND, .done = done, .off = done, .jobs = 1};
}

static enum deal hear(struct dealer *d, unsigned node, enum message_kind kind, off_t done,
                      double time, struct message *answer)
{
    const struct message m = of_kind(kind, done);
    return dealer_hear(d, node, &m, time, answer);
}

Test(dealer, who_asks_gets_what_comes_next)
{
    struct dealer d = new_dealer(2, 100 * MIB);
    struct message answer;
    cr_assert_eq(hear(&d, 1, MESSAGE_ASK, 0, 0, &answer), DEAL_ANSWER);
    cr_assert_eq(answer.kind, MESSAGE_GRANT);
    cr_assert_eq(answer.round, ROUND);
    cr_assert_eq(answer.off, 0);
    cr_assert_eq(answer.len, MIB);
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    cr_assert_eq(answer.off, MIB);
    dealer_release(&d);
}

Test(dealer, a_grant_of_nothing_is_the_end)
{
    struct dealer d = new_dealer(1, MIB);
    struct message answer;
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    cr_assert_eq(answer.len, MIB);
    cr_assert_eq(hear(&d, 0, MESSAGE_ASK, 0, 0, &answer), DEAL_ANSWER);
    cr_assert_eq(answer.len, 0);
    dealer_release(&d);
}

Test(dealer, a_quick_node_is_granted_more_than_a_slow_one)
{
    struct dealer d = new_dealer(2, 10000 * (off_t)MIB);
    struct message quick, slow;
    hear(&d, 0, MESSAGE_ASK, 0, 0, &quick);
    hear(&d, 1, MESSAGE_ASK, 0, 0, &slow);
    hear(&d, 0, MESSAGE_ASK, 100 * MIB, 1, &quick);
    hear(&d, 1, MESSAGE_ASK, 8 * MIB, 1, &slow);
    cr_assert_eq(quick.len, 50 * MIB);
    cr_assert_eq(slow.len, 4 * MIB);
    dealer_release(&d);
}

/* It seems to do 300 of 303 MiB per second, but gets no more than half of two quarters. */
Test(dealer, no_node_is_believed_to_be_much_quicker_than_the_others)
{
    struct dealer d = new_dealer(4, 400 * (off_t)MIB);
    struct message answer;
    for (unsigned node = 0; node < 4; node++)
        hear(&d, node, MESSAGE_ASK, 0, 0, &answer);
    for (unsigned node = 1; node < 4; node++)
        hear(&d, node, MESSAGE_PROGRESS, MIB, 1, &answer);
    hear(&d, 0, MESSAGE_ASK, 300 * (off_t)MIB, 1, &answer);
    cr_assert_eq(answer.len, (400 - 4) * MIB / 4);
    dealer_release(&d);
}

Test(dealer, one_that_has_become_slow_is_granted_less)
{
    struct dealer d = new_dealer(1, 10000 * (off_t)MIB);
    struct message answer;
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    hear(&d, 0, MESSAGE_ASK, 100 * MIB, 1, &answer);
    hear(&d, 0, MESSAGE_PROGRESS, 100 * MIB, 2, &answer);
    hear(&d, 0, MESSAGE_ASK, 100 * MIB, 3, &answer);
    cr_assert_eq(answer.len, MIB);
    dealer_release(&d);
}

Test(dealer, it_is_over_and_whole_when_all_have_done_their_part)
{
    struct dealer d = new_dealer(2, 2 * MIB);
    struct message answer;
    for (unsigned node = 0; node < 2; node++)
        hear(&d, node, MESSAGE_ASK, 0, 0, &answer);
    cr_assert_eq(hear(&d, 1, MESSAGE_DONE, MIB, 1, &answer), DEAL_NOTHING);
    cr_assert_not(dealer_is_over(&d));
    hear(&d, 0, MESSAGE_DONE, MIB, 1, &answer);
    cr_assert(dealer_is_over(&d));
    cr_assert(dealer_is_whole(&d));
    dealer_release(&d);
}

Test(dealer, what_nobody_has_copied_makes_it_less_than_whole)
{
    struct dealer d = new_dealer(2, 2 * MIB);
    struct message answer;
    hear(&d, 0, MESSAGE_DONE, MIB, 1, &answer);
    hear(&d, 1, MESSAGE_DONE, MIB - 1, 1, &answer);
    cr_assert(dealer_is_over(&d));
    cr_assert_not(dealer_is_whole(&d));
    dealer_release(&d);
}

Test(dealer, a_failure_stops_all_once)
{
    struct dealer d = new_dealer(3, 100 * MIB);
    struct message answer;
    cr_assert_eq(hear(&d, 1, MESSAGE_FAIL, 0, 0, &answer), DEAL_STOP);
    cr_assert_eq(answer.kind, MESSAGE_STOP);
    cr_assert_eq(answer.round, ROUND);
    cr_assert_eq(hear(&d, 2, MESSAGE_FAIL, 0, 0, &answer), DEAL_NOTHING);
    cr_assert_not(dealer_is_over(&d));
    dealer_release(&d);
}

Test(dealer, after_it_nothing_is_granted)
{
    struct dealer d = new_dealer(2, 100 * MIB);
    struct message answer;
    hear(&d, 1, MESSAGE_FAIL, 0, 0, &answer);
    cr_assert_eq(hear(&d, 0, MESSAGE_ASK, 0, 0, &answer), DEAL_NOTHING);
    hear(&d, 0, MESSAGE_DONE, 100 * MIB, 0, &answer);
    cr_assert(dealer_is_over(&d));
    cr_assert_not(dealer_is_whole(&d));
    dealer_release(&d);
}

Test(dealer, what_comes_from_an_earlier_copy_is_not_heard)
{
    struct dealer d = new_dealer(2, 100 * MIB);
    struct message answer, late = of_kind(MESSAGE_FAIL, 0);
    late.round = ROUND - 1;
    cr_assert_eq(dealer_hear(&d, 1, &late, 0, &answer), DEAL_NOTHING);
    cr_assert_not(d.failed);
    dealer_release(&d);
}

Test(dealer, nor_what_comes_from_no_node)
{
    struct dealer d = new_dealer(2, 100 * MIB);
    struct message answer;
    cr_assert_eq(hear(&d, 2, MESSAGE_FAIL, 0, 0, &answer), DEAL_NOTHING);
    cr_assert_not(d.failed);
    dealer_release(&d);
}

Test(dealer, who_has_ended_does_not_end_again)
{
    struct dealer d = new_dealer(2, 100 * MIB);
    struct message answer;
    hear(&d, 1, MESSAGE_DONE, 0, 0, &answer);
    hear(&d, 1, MESSAGE_DONE, 0, 0, &answer);
    cr_assert_not(dealer_is_over(&d));
    dealer_release(&d);
}

Test(dealer, an_answer_tells_what_others_have_done)
{
    struct dealer d = new_dealer(3, 100 * MIB);
    struct message answer;
    hear(&d, 0, MESSAGE_PROGRESS, 3 * MIB, 0, &answer);
    hear(&d, 1, MESSAGE_PROGRESS, 5 * MIB, 0, &answer);
    hear(&d, 1, MESSAGE_ASK, 6 * MIB, 0, &answer);
    cr_assert_eq(answer.done, 3 * MIB);
    cr_assert_eq(dealer_elsewhere(&d, 2), 9 * MIB);
    dealer_release(&d);
}

Test(dealer, a_new_copy_begins_with_nothing)
{
    struct dealer d = new_dealer(2, 100 * MIB);
    struct message answer;
    hear(&d, 1, MESSAGE_FAIL, 0, 0, &answer);
    dealer_begin(&d, ROUND, 50 * MIB, MIB);
    cr_assert_not(d.failed);
    cr_assert_eq(hear(&d, 1, MESSAGE_ASK, 0, 0, &answer), DEAL_ANSWER);
    cr_assert_eq(answer.off, 0);
    dealer_release(&d);
}

Test(dealer, at_the_end_a_slow_node_does_not_keep_the_others_waiting)
{
    struct dealer d = new_dealer(2, 200 * MIB);
    struct message answer;
    for (unsigned node = 0; node < 2; node++)
        hear(&d, node, MESSAGE_ASK, 0, 0, &answer);
    hear(&d, 0, MESSAGE_PROGRESS, 90 * MIB, 1, &answer);
    hear(&d, 1, MESSAGE_ASK, 10 * MIB, 1, &answer);
    cr_assert_eq(answer.len, 5 * MIB); /* half a second, but also */
    d.cursor.next = 140 * MIB;
    hear(&d, 1, MESSAGE_ASK, 10 * MIB, 1, &answer);
    cr_assert_eq(answer.len, 3 * MIB); /* half of its tenth of the rest */
    dealer_release(&d);
}

Test(dealer, the_first_whose_rate_is_known_is_not_granted_all)
{
    struct dealer d = new_dealer(10, 200 * MIB);
    struct message answer;
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    hear(&d, 0, MESSAGE_ASK, 100 * MIB, 0.1, &answer);
    cr_assert_eq(answer.len, 9 * MIB); /* half of a tenth of the rest, which is 199 MiB */
    dealer_release(&d);
}

Test(dealer, what_one_has_copied_another_is_granted_to_verify)
{
    struct dealer d = new_dealer(2, 3 * MIB);
    struct message answer;
    dealer_note(&d, 1000 * MIB);
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    hear(&d, 1, MESSAGE_ASK, 0, 0, &answer);
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    dealer_begin_verifying(&d, ROUND);
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    cr_assert_eq(answer.off, MIB);
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    cr_assert_eq(answer.len, 0, "it has the rest itself");
    hear(&d, 1, MESSAGE_ASK, 0, 0, &answer);
    cr_assert_eq(answer.off, 0);
    hear(&d, 1, MESSAGE_ASK, 0, 0, &answer);
    cr_assert_eq(answer.off, 2 * MIB);
    hear(&d, 0, MESSAGE_DONE, MIB, 0, &answer);
    cr_assert_not(dealer_is_whole(&d));
    hear(&d, 1, MESSAGE_DONE, 2 * MIB, 0, &answer);
    cr_assert(dealer_is_whole(&d));
    dealer_release(&d);
}

Test(dealer, no_grant_is_longer_than_it_may_be)
{
    struct dealer d = new_dealer(2, 10000 * (off_t)MIB);
    struct message answer;
    dealer_note(&d, 3 * MIB);
    hear(&d, 0, MESSAGE_ASK, 0, 0, &answer);
    hear(&d, 0, MESSAGE_ASK, 100 * MIB, 1, &answer);
    cr_assert_eq(answer.len, 3 * MIB);
    dealer_release(&d);
}
