/* SPDX-License-Identifier: MIT */
#include "simulation.h"
#include "support.h"

static const off_t gib = 1 << 30;

static struct cluster of(unsigned nodes)
{
    return (struct cluster){.nodes = nodes,
                            .node_rate = 1e9,
                            .storage_rate = 1e12,
                            .latency = 0.001,
                            .serving = 1e-5,
                            .slowness = 1,
                            .bytes = 100 * gib,
                            .chunk_len = 2 << 20,
                            .jobs = 4,
                            .seed = 1};
}

static struct outcome_of_cluster run(struct cluster cluster)
{
    struct outcome_of_cluster o;
    cr_assert_eq(simulation_run(&cluster, &o), 0);
    return o;
}

Test(simulation, every_byte_is_copied)
{
    for (unsigned nodes = 1; nodes <= 64; nodes *= 2)
        cr_assert_eq(run(of(nodes)).copied, 100 * gib, "%u nodes", nodes);
}

Test(simulation, one_node_takes_as_long_as_its_rate_says)
{
    struct outcome_of_cluster o = run(of(1));
    cr_assert_float_eq(o.ideal, 107.374, 0.001);
    cr_assert_float_eq(o.time, o.ideal, 0.1);
}

Test(simulation, many_divide_it)
{
    struct outcome_of_cluster o = run(of(64));
    cr_assert_float_eq(o.time, 107.374 / 64, 0.1);
    cr_assert_lt(o.idle, 0.05);
}

Test(simulation, the_file_system_is_the_limit_if_it_is_slower_than_all_nodes)
{
    struct cluster c = of(64);
    c.storage_rate = 8e9;
    struct outcome_of_cluster o = run(c);
    cr_assert_float_eq(o.time, 107.374 / 8, 0.5);
}

Test(simulation, a_straggler_is_not_waited_for)
{
    struct cluster c = of(16);
    c.stragglers = 1;
    c.slowness = 20;
    struct outcome_of_cluster o = run(c);
    cr_assert_lt(o.time, 1.1 * o.ideal);
}

Test(simulation, a_speaker_that_is_slow_is_a_limit)
{
    struct cluster c = of(1024);
    struct outcome_of_cluster quick = run(c);
    c.serving = 0.001;
    struct outcome_of_cluster slow = run(c);
    cr_assert_gt(slow.time, 2 * quick.time);
    cr_assert_gt(slow.load, 0.9);
    cr_assert_gt(slow.longest, quick.longest);
}

Test(simulation, a_failure_ends_it_soon)
{
    struct cluster c = of(64);
    c.fails = 0.5;
    struct outcome_of_cluster o = run(c);
    cr_assert_geq(o.time, 0.5);
    cr_assert_lt(o.time, 0.52);
    cr_assert_lt(o.copied, 100 * gib);
}

Test(simulation, the_same_seed_gives_the_same_copy)
{
    struct cluster c = of(100);
    c.jitter = 0.3;
    struct outcome_of_cluster a = run(c), b = run(c);
    cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
    c.seed++;
    cr_assert_neq(run(c).time, a.time);
}

Test(simulation, with_groups_every_byte_is_copied)
{
    struct cluster c = of(70);
    for (c.group = 1; c.group < 100; c.group *= 3)
        cr_assert_eq(run(c).copied, 100 * gib, "groups of %u", c.group);
}

Test(simulation, groups_spare_a_speaker_that_is_slow)
{
    struct cluster c = of(1024);
    c.serving = 0.001;
    struct outcome_of_cluster without = run(c);
    c.group = 32;
    struct outcome_of_cluster with = run(c);
    cr_assert_lt(2 * with.time, without.time);
    cr_assert_lt(10 * with.messages, without.messages);
}

Test(simulation, a_failure_in_a_group_ends_all)
{
    struct cluster c = of(64);
    c.group = 8;
    c.fails = 0.5;
    struct outcome_of_cluster o = run(c);
    cr_assert_geq(o.time, 0.5);
    cr_assert_lt(o.time, 0.52);
    cr_assert_lt(o.copied, 100 * gib);
}
