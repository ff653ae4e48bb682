/* SPDX-License-Identifier: MIT */
#include "cluster/member.h"
#include "cluster/dealer.h"
#include "support.h"

enum { MIB = 1 << 20, ROUND = 7 };

static struct member begun(void)
{
    struct member m;
    member_begin(&m, ROUND, 0);
    return m;
}

static struct standing with_left(off_t left)
{
    return (struct standing){.jobs = 2, .left = left, .room = true};
}

static bool asks(struct member *m, off_t left)
{
    const struct standing standing = with_left(left);
    struct message message;
    return member_says(m, &standing, 0, &message) && message.kind == MESSAGE_ASK;
}

static enum order hear(struct member *m, enum message_kind kind, off_t len)
{
    const struct message message = {.kind = kind, .round = ROUND, .len = len};
    return member_hear(m, &message);
}

Test(member, it_asks_once_its_workers_are_there)
{
    struct member m = begun();
    struct standing standing = {.room = true};
    struct message message;
    cr_assert_not(member_says(&m, &standing, 100, &message));
    standing.jobs = 3;
    cr_assert(member_says(&m, &standing, 100, &message));
    cr_assert_eq(message.kind, MESSAGE_ASK);
    cr_assert_eq(message.round, ROUND);
    cr_assert_eq(message.jobs, 3);
}

Test(member, it_does_not_ask_twice)
{
    struct member m = begun();
    cr_assert(asks(&m, 0));
    cr_assert_not(asks(&m, 0));
}

Test(member, it_asks_again_when_half_is_used_up)
{
    struct member m = begun();
    asks(&m, 0);
    cr_assert_eq(hear(&m, MESSAGE_GRANT, 10 * MIB), ORDER_GIVE);
    cr_assert_not(asks(&m, 6 * MIB));
    cr_assert(asks(&m, 5 * MIB));
}

Test(member, it_asks_for_no_more_than_there_is_room_for)
{
    struct member m = begun();
    struct standing standing = with_left(0);
    struct message message;
    standing.room = false;
    cr_assert_not(member_says(&m, &standing, 0, &message));
}

Test(member, a_grant_of_nothing_is_the_last)
{
    struct member m = begun();
    asks(&m, 0);
    cr_assert_eq(hear(&m, MESSAGE_GRANT, 0), ORDER_LAST);
    cr_assert_not(asks(&m, 0));
}

Test(member, what_it_has_not_asked_for_it_does_not_take)
{
    struct member m = begun();
    cr_assert_eq(hear(&m, MESSAGE_GRANT, MIB), ORDER_NOTHING);
}

Test(member, it_tells_how_far_it_is_once_a_second)
{
    struct member m = begun();
    struct standing standing = with_left(100 * MIB);
    struct message message;
    standing.done = 5 * MIB;
    cr_assert_not(member_says(&m, &standing, 0.9, &message));
    cr_assert(member_says(&m, &standing, 1, &message));
    cr_assert_eq(message.kind, MESSAGE_PROGRESS);
    cr_assert_eq(message.done, 5 * MIB);
    cr_assert_not(member_says(&m, &standing, 1.9, &message));
}

Test(member, it_is_called_off_once)
{
    struct member m = begun();
    cr_assert_eq(hear(&m, MESSAGE_STOP, 0), ORDER_CALL_OFF);
    cr_assert_eq(hear(&m, MESSAGE_STOP, 0), ORDER_NOTHING);
    cr_assert_not(asks(&m, 0));
}

Test(member, what_comes_from_an_earlier_copy_is_not_heard)
{
    struct member m = begun();
    const struct message late = {.kind = MESSAGE_STOP, .round = ROUND - 1};
    cr_assert_eq(member_hear(&m, &late), ORDER_NOTHING);
}

Test(member, how_its_part_has_ended_is_told)
{
    struct member m = begun();
    struct message message = member_part(&m, PART_WELL, 9);
    cr_assert_eq(message.kind, MESSAGE_DONE);
    cr_assert_eq(message.done, 9);
    cr_assert_eq(message.round, ROUND);
    cr_assert_eq(hear(&m, MESSAGE_STOP, 0), ORDER_NOTHING);
    m = begun();
    cr_assert_eq(member_part(&m, PART_FAILED, 9).kind, MESSAGE_FAIL);
}

/* --- all of them together, without a network: messages wait in queues, one for each direction ---
 */

enum { NODES = 5, QUEUE = 64, BYTES = 300 * MIB };

struct queue {
    struct message list[QUEUE];
    unsigned begin, end;
};

struct world {
    struct dealer dealer;
    struct member members[NODES];
    struct queue up[NODES], down[NODES];
    off_t given[NODES], done[NODES];
    unsigned char owner[BYTES / MIB]; /* how often each MiB was copied */
    off_t next[NODES];                /* what the latest grant has left */
    bool last[NODES], stopped[NODES];
    unsigned fails; /* node; NODES: none */
    unsigned seed;
};

static unsigned chance(struct world *w, unsigned below)
{
    w->seed = w->seed * 1664525 + 1013904223;
    return (w->seed >> 16) % below;
}

static void put(struct queue *q, struct message m)
{
    cr_assert_lt(q->end - q->begin, QUEUE);
    q->list[q->end++ % QUEUE] = m;
}

static void at_rank_0(struct world *w, unsigned node, double time)
{
    struct queue *q = &w->up[node];
    struct message answer;
    if (q->begin == q->end)
        return;
    enum deal deal = dealer_hear(&w->dealer, node, &q->list[q->begin++ % QUEUE], time, &answer);
    for (unsigned i = 0; i < NODES; i++)
        if (deal == DEAL_STOP || (deal == DEAL_ANSWER && i == node))
            put(&w->down[i], answer);
}

static void copy_some(struct world *w, unsigned node)
{
    if (w->given[node] == 0)
        return;
    w->owner[w->next[node] / MIB]++;
    w->next[node] += MIB;
    w->given[node] -= MIB;
    w->done[node] += MIB;
}

static void take(struct world *w, unsigned node, const struct message *m)
{
    switch (member_hear(&w->members[node], m)) {
    case ORDER_GIVE:
        while (w->given[node] > 0)
            copy_some(w, node);
        w->next[node] = m->off;
        w->given[node] = m->len;
        break;
    case ORDER_LAST:
        w->last[node] = true;
        break;
    case ORDER_CALL_OFF:
        w->stopped[node] = true;
        break;
    case ORDER_NOTHING:
        break;
    }
}

static void at_node(struct world *w, unsigned node, double time)
{
    struct member *member = &w->members[node];
    struct queue *q = &w->down[node];
    struct standing standing = {1, w->done[node], w->done[node], w->given[node], true};
    struct message m;
    if (q->begin < q->end && chance(w, 2))
        take(w, node, &q->list[q->begin++ % QUEUE]);
    if (!w->stopped[node])
        copy_some(w, node);
    if (member_says(member, &standing, time, &m))
        put(&w->up[node], m);
    bool fails = w->fails == node && w->done[node] > 10 * MIB;
    bool ended = w->stopped[node] || (w->last[node] && w->given[node] == 0);
    if (member->busy && (ended || fails))
        put(&w->up[node], member_part(member, fails || w->stopped[node] ? PART_FAILED : PART_WELL,
                                      w->done[node]));
}

static void live(struct world *w, unsigned seed, unsigned fails)
{
    *w = (struct world){.seed = seed, .fails = fails};
    dealer_init(&w->dealer, NODES);
    dealer_begin(&w->dealer, ROUND, BYTES, MIB);
    for (unsigned i = 0; i < NODES; i++)
        member_begin(&w->members[i], ROUND, 0);
    for (int i = 0; i < 100000 && !dealer_is_over(&w->dealer); i++) {
        unsigned node = chance(w, NODES);
        if (chance(w, 2))
            at_rank_0(w, node, i * 0.01);
        else
            at_node(w, node, i * 0.01);
    }
}

Test(member, in_whatever_order_things_happen_every_byte_is_copied_once)
{
    static struct world w;
    for (unsigned seed = 0; seed < 200; seed++) {
        live(&w, seed, NODES);
        cr_assert(dealer_is_whole(&w.dealer), "seed %u", seed);
        for (int i = 0; i < BYTES / MIB; i++)
            cr_assert_eq(w.owner[i], 1, "seed %u, MiB %d: %u times", seed, i, w.owner[i]);
        dealer_release(&w.dealer);
    }
}

Test(member, and_when_one_fails_all_come_to_an_end)
{
    static struct world w;
    for (unsigned seed = 0; seed < 200; seed++) {
        live(&w, seed, seed % NODES);
        cr_assert(dealer_is_over(&w.dealer), "seed %u", seed);
        cr_assert_eq(dealer_is_whole(&w.dealer), w.done[seed % NODES] <= 10 * MIB, "seed %u", seed);
        dealer_release(&w.dealer);
    }
}
