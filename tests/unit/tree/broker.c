/* SPDX-License-Identifier: MIT */
#include "tree/broker.h"
#include "support.h"

enum { NODES = 4, JOBS = 4 };

static struct place places[NODES];
static struct broker broker = {NODES, places};

static void begin(void)
{
    memset(places, 0, sizeof(places));
    for (int i = 0; i < NODES; i++)
        places[i] = (struct place){.open = true, .jobs = JOBS, .state = {.length = 1}};
}

TestSuite(broker, .init = begin);

/* What a node reports. */
static void tell(unsigned node, uint64_t idle, uint64_t length)
{
    struct state state = places[node].state;
    state.idle = idle;
    state.length = length;
    broker_hear(&broker, node, &state);
}

static void assert_deal(unsigned from, unsigned to, uint64_t count)
{
    struct deal_of_tasks deal = {0};
    cr_assert(broker_next(&broker, &deal));
    cr_assert_eq(deal.from, from, "from %u", deal.from);
    cr_assert_eq(deal.to, to, "to %u", deal.to);
    cr_assert_eq(deal.count, count, "%llu", (unsigned long long)deal.count);
}

static void assert_no_deal(void)
{
    struct deal_of_tasks deal;
    cr_assert_not(broker_next(&broker, &deal));
}

Test(broker, while_all_are_busy_nothing_is_moved)
{
    cr_assert_not(broker_wants(&broker));
    tell(0, 0, 100);
    assert_no_deal();
}

Test(broker, who_has_nothing_to_do_gets_a_task_for_each_process)
{
    tell(0, 0, 100);
    tell(2, JOBS, 0);
    cr_assert(broker_wants(&broker));
    assert_deal(0, 2, JOBS);
}

Test(broker, but_no_more_than_half)
{
    tell(0, 0, 4);
    tell(2, JOBS, 0);
    assert_deal(0, 2, 2);
    tell(0, 0, 1);
    assert_deal(0, 2, 1);
}

Test(broker, the_longest_queue_gives)
{
    tell(1, 0, 7);
    tell(3, 0, 9);
    tell(0, 1, 0);
    assert_deal(3, 0, 1);
}

Test(broker, what_its_own_processes_will_take_it_keeps)
{
    tell(1, 3, 3);
    tell(2, JOBS, 0);
    tell(0, 0, 0);
    tell(3, 0, 0);
    assert_no_deal();
    tell(1, 3, 4);
    assert_deal(1, 2, 1);
}

Test(broker, what_is_on_its_way_counts_until_it_has_arrived)
{
    tell(0, 0, 100);
    tell(2, 2, 0);
    assert_deal(0, 2, 2);
    broker_sent(&broker, 2, 2);
    tell(2, 2, 0);
    assert_no_deal();
    places[2].state.received = 2;
    tell(2, 2, 0);
    assert_deal(0, 2, 2);
}

Test(broker, who_was_asked_is_not_asked_again_before_it_has_answered)
{
    tell(1, 0, 100);
    tell(2, 1, 0);
    const struct deal_of_tasks deal = {1, 2, 1};
    broker_asked(&broker, &deal);
    tell(0, 0, 0);
    tell(3, 1, 0);
    assert_no_deal();
    places[1].state.answered = 1;
    tell(1, 0, 99);
    assert_deal(1, 2, 1); /* what was promised hasn't come, or is on its way */
}

Test(broker, what_was_promised_to_a_node_counts_as_its_own)
{
    tell(1, 0, 100);
    tell(3, 0, 50);
    tell(2, 1, 0);
    const struct deal_of_tasks deal = {1, 2, 1};
    broker_asked(&broker, &deal);
    tell(2, 1, 0);
    assert_no_deal();
    broker_lose(&broker, 1);
    assert_deal(3, 2, 1);
}

Test(broker, an_empty_queue_gets_one_in_advance_if_another_has_more_than_its_processes)
{
    tell(2, 0, 0);
    tell(0, 0, JOBS);
    assert_no_deal();
    tell(0, 0, JOBS + 2);
    assert_deal(0, 2, 1);
}

Test(broker, who_takes_no_part_is_left_alone)
{
    tell(0, 0, 100);
    tell(2, JOBS, 0);
    broker_lose(&broker, 2);
    assert_no_deal();
    broker_lose(&broker, 0);
    tell(3, JOBS, 0);
    assert_deal(1, 3, 1);
}

Test(broker, whoever_answers_more_than_it_was_asked_is_still_asked)
{
    places[1].state.answered = 17;
    tell(1, 0, 100);
    tell(2, 1, 0);
    assert_deal(1, 2, 1);
}

Test(broker, the_others_rest_when_none_of_them_has_anything_to_do)
{
    for (unsigned i = 1; i < NODES; i++) {
        cr_assert_not(broker_others_rest(&broker));
        tell(i, JOBS, 0);
    }
    cr_assert(broker_others_rest(&broker), "whatever the first has");
    broker_sent(&broker, 2, 1);
    cr_assert_not(broker_others_rest(&broker), "something is on its way");
    broker_lose(&broker, 2);
    cr_assert(broker_others_rest(&broker));
}

/* Whatever is moved, everything is done in the end, and nobody is idle while others have much. */
Test(broker, all_are_kept_busy)
{
    uint64_t left[NODES] = {1000}, rounds = 0;
    for (bool any = true; any; rounds++) {
        struct deal_of_tasks deal;
        any = false;
        for (unsigned i = 0; i < NODES; i++)
            tell(i, left[i] < JOBS ? JOBS - left[i] : 0, left[i] > JOBS ? left[i] - JOBS : 0);
        while (broker_next(&broker, &deal)) {
            left[deal.from] -= deal.count;
            left[deal.to] += deal.count;
            broker_sent(&broker, deal.to, deal.count);
            places[deal.to].state.received += deal.count;
            tell(deal.to, 0, left[deal.to] > JOBS ? left[deal.to] - JOBS : 1);
            tell(deal.from, 0, left[deal.from] > JOBS ? left[deal.from] - JOBS : 0);
        }
        for (unsigned i = 0; i < NODES; i++) {
            left[i] -= left[i] < JOBS ? left[i] : JOBS;
            any |= left[i] > 0;
        }
    }
    cr_assert_leq(rounds, 1000 / (NODES * JOBS) * 3 / 2, "%llu rounds", (unsigned long long)rounds);
}
