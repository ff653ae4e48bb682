/* SPDX-License-Identifier: MIT */
#include "cluster/ledger.h"
#include "support.h"

#include <stdlib.h>

enum { UNIT = 10 };

static struct ledger new_ledger(unsigned nodes)
{
    struct ledger l;
    cr_assert_eq(ledger_init(&l, nodes), 0);
    return l;
}

static void assert_taken(struct ledger *l, unsigned node, off_t most, off_t off, off_t len)
{
    struct grant g = ledger_take(l, node, most, UNIT);
    cr_assert_eq(g.len, len, "%lld", (long long)g.len);
    cr_assert(len == 0 || g.off == off, "%lld", (long long)g.off);
}

Test(ledger, what_a_node_has_is_taken_by_another)
{
    struct ledger l = new_ledger(2);
    ledger_note(&l, 0, 0, 30);
    assert_taken(&l, 0, 100, 0, 0);
    assert_taken(&l, 1, 100, 0, 30);
    assert_taken(&l, 1, 100, 0, 0);
    ledger_release(&l);
}

Test(ledger, at_most_as_much_as_is_wanted_and_whole_units)
{
    struct ledger l = new_ledger(2);
    ledger_note(&l, 0, 0, 35);
    assert_taken(&l, 1, 25, 0, 20);
    assert_taken(&l, 1, 5, 20, 10);
    assert_taken(&l, 1, 100, 30, 5);
    ledger_release(&l);
}

Test(ledger, of_whoever_has_the_most_left)
{
    struct ledger l = new_ledger(3);
    ledger_note(&l, 0, 0, 50);
    ledger_note(&l, 1, 50, 20);
    ledger_note(&l, 2, 70, 100);
    assert_taken(&l, 2, 20, 0, 20);
    assert_taken(&l, 0, 20, 70, 20);
    assert_taken(&l, 2, 20, 20, 20);
    assert_taken(&l, 2, 20, 50, 20);
    assert_taken(&l, 2, 20, 40, 10);
    ledger_release(&l);
}

Test(ledger, what_lies_side_by_side_is_one)
{
    struct ledger l = new_ledger(2);
    ledger_note(&l, 0, 0, 10);
    ledger_note(&l, 0, 10, 10);
    ledger_note(&l, 1, 20, 10);
    ledger_note(&l, 0, 30, 10);
    cr_assert_eq(l.count, 3);
    assert_taken(&l, 1, 100, 0, 20);
    assert_taken(&l, 1, 100, 30, 10);
    ledger_release(&l);
}

Test(ledger, when_it_is_cleared_nobody_has_anything)
{
    struct ledger l = new_ledger(2);
    ledger_note(&l, 0, 0, 10);
    ledger_clear(&l);
    assert_taken(&l, 1, 100, 0, 0);
    ledger_note(&l, 0, 20, 10);
    assert_taken(&l, 1, 100, 20, 10);
    ledger_release(&l);
}

Test(ledger, all_is_taken_once_and_by_none_that_has_it)
{
    enum { NODES = 5, CHUNKS = 2000 };
    struct ledger l = new_ledger(NODES);
    unsigned owner[CHUNKS], taken = 0;
    bool seen[CHUNKS] = {false};
    srand(1);
    for (unsigned i = 0; i < CHUNKS; i++) {
        owner[i] = (unsigned)rand() % NODES;
        ledger_note(&l, owner[i], (off_t)i * UNIT, UNIT);
    }
    for (unsigned idle = 0, node = 0; idle < NODES; node = (node + 1) % NODES) {
        struct grant g = ledger_take(&l, node, (rand() % 7) * UNIT, UNIT);
        idle = g.len > 0 ? 0 : idle + 1;
        for (off_t at = g.off; at < g.off + g.len; at += UNIT, taken++) {
            cr_assert_not(seen[at / UNIT]);
            cr_assert_neq(owner[at / UNIT], node);
            seen[at / UNIT] = true;
        }
    }
    cr_assert_eq(taken, CHUNKS);
    ledger_release(&l);
}
