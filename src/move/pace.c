/* SPDX-License-Identifier: MIT */
#include "move/pace.h"
#include "base/signals.h"

#include <time.h>

enum { NS = 1000000000, NAP = NS / 10 };

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS + now.tv_nsec;
}

/* Time that went by unused isn't saved up. */
int64_t pace_pay(struct pace *pace, size_t len)
{
    if (pace->rate == 0)
        return 0;
    int64_t cost = (int64_t)((double)len / (double)pace->rate * NS);
    int64_t now = now_ns(), paid = atomic_load(&pace->paid_ns), until;
    do
        until = (paid > now ? paid : now) + cost;
    while (!atomic_compare_exchange_weak(&pace->paid_ns, &paid, until));
    return until;
}

bool pace_sleep(int64_t until)
{
    int64_t now = until > 0 ? now_ns() : 0;
    int64_t end = until - now > NAP ? now + NAP : until;
    if (now >= until || signals_fatal())
        return false;
    struct timespec time = {.tv_sec = end / NS, .tv_nsec = end % NS};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
    return true;
}
