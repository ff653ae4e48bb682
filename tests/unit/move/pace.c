/* SPDX-License-Identifier: MIT */
#include "move/pace.h"
#include "base/clock.h"
#include "base/signals.h"
#include "support.h"

#include <signal.h>

TestSuite(pace, .timeout = 60);

enum { RATE = 1 << 20, CHUNK = 32 << 10, CHUNKS = 8 };

static struct pace *a_pace(uint64_t rate)
{
    struct pace *pace = shared_memory(sizeof(*pace));
    pace->rate = rate;
    return pace;
}

static void wait_for(struct pace *pace, size_t len)
{
    for (int64_t until = pace_pay(pace, len); pace_sleep(until);)
        continue;
}

/* No upper bounds on time: this machine may be busy with something else. */

Test(pace, no_limit_is_no_waiting)
{
    struct pace *pace = a_pace(0);
    for (int i = 0; i < 1000000; i++)
        wait_for(pace, 1 << 30);
    cr_assert_eq(pace->paid_ns, 0);
}

Test(pace, bytes_take_their_time)
{
    struct pace *pace = a_pace(RATE);
    double start = clock_seconds();
    for (int i = 0; i < CHUNKS; i++)
        wait_for(pace, CHUNK);
    cr_assert_geq(clock_seconds() - start, 0.99 * CHUNKS * CHUNK / RATE);
}

Test(pace, processes_share_the_limit)
{
    enum { PROCESSES = 3 };
    struct pace *pace = a_pace(RATE);
    pid_t children[PROCESSES];
    double start = clock_seconds();
    for (int p = 0; p < PROCESSES; p++) {
        children[p] = fork();
        if (children[p] == 0) {
            for (int i = 0; i < CHUNKS; i++)
                wait_for(pace, CHUNK);
            _exit(0);
        }
    }
    for (int p = 0; p < PROCESSES; p++)
        cr_assert_eq(reap(children[p]), 0);
    cr_assert_geq(clock_seconds() - start, 0.99 * PROCESSES * CHUNKS * CHUNK / RATE);
}

Test(pace, time_that_went_by_is_not_saved_up)
{
    struct pace *pace = a_pace(RATE);
    wait_for(pace, 1);
    usleep(200000);
    double start = clock_seconds();
    wait_for(pace, RATE / 10);
    cr_assert_geq(clock_seconds() - start, 0.099);
}

Test(pace, a_tick_does_not_end_the_waiting)
{
    struct pace *pace = a_pace(RATE);
    signals_install();
    signals_tick(true);
    double start = clock_seconds();
    wait_for(pace, RATE / 2);
    signals_tick(false);
    cr_assert_geq(clock_seconds() - start, 0.49);
}

Test(pace, it_sleeps_a_moment_at_a_time)
{
    struct pace *pace = a_pace(RATE);
    int64_t until = pace_pay(pace, RATE / 2);
    int sleeps = 0;
    while (pace_sleep(until))
        sleeps++;
    cr_assert_geq(sleeps, 5);
}

Test(pace, a_signal_that_asks_to_stop_does)
{
    struct pace *pace = a_pace(1);
    signals_install();
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        usleep(100000);
        kill(parent, SIGTERM);
        _exit(0);
    }
    wait_for(pace, 1 << 20); /* twelve days */
    cr_assert_eq(signals_fatal(), SIGTERM);
    cr_assert_eq(reap(child), 0);
}
