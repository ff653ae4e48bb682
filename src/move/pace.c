/* SPDX-License-Identifier: MIT */
#include "move/pace.h"
#include "base/signals.h"

#include <errno.h>
#include <time.h>

enum { NS = 1000000000 };

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS + now.tv_nsec;
}

/* Time that went by unused isn't saved up. */
static int64_t pay(struct pace *pace, size_t len)
{
    int64_t cost = (int64_t)((double)len / (double)pace->rate * NS);
    int64_t now = now_ns(), paid = atomic_load(&pace->paid_ns), until;
    do
        until = (paid > now ? paid : now) + cost;
    while (!atomic_compare_exchange_weak(&pace->paid_ns, &paid, until));
    return until;
}

void pace_wait(struct pace *pace, size_t len)
{
    if (pace->rate == 0)
        return;
    int64_t until = pay(pace, len);
    struct timespec end = {.tv_sec = until / NS, .tv_nsec = until % NS};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR && !signals_fatal())
        continue;
}
