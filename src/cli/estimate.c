/* SPDX-License-Identifier: MIT */
#include "cli/estimate.h"
#include "base/arithmetic.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Seconds: what is further back hardly counts; after this long without progress, nobody knows. */
static const double rate_memory = 3, pace_memory = 20, patience = 10;
static const double minute = 60, hour = 3600, day = 86400, forever = 100 * 86400;

void estimate_begin(struct estimate *e, double now, off_t done)
{
    *e = (struct estimate){.last = now, .done = done, .left = -1, .told = -1};
}

static double less(double a, double b)
{
    return a < b ? a : b;
}

static double more(double a, double b)
{
    return a > b ? a : b;
}

/* How much the last `interval` counts against what came before: at first in proportion to its
 * length, so that the beginning isn't all that counts; later the more, the longer it was. */
static double weight(const struct estimate *e, double interval, double memory)
{
    return more(interval / e->known, interval / (interval + memory));
}

/* To how many seconds such a time is rounded. */
static double step_of(double seconds)
{
    static const struct {
        double less_than, step;
    } steps[] = {{60, 1}, {600, 5}, {3600, 60}, {36000, 300}};
    for (size_t i = 0; i < COUNT_OF(steps); i++)
        if (seconds < steps[i].less_than)
            return steps[i].step;
    return 1800;
}

/* A time on the border of two steps stays on one of them; and an increase is shown only if it is a
 * clear one: it may be a single late chunk. */
static void tell(struct estimate *e)
{
    double step = step_of(e->left);
    bool longer = e->left - e->told > step + e->told / 16,
         shorter = e->told - e->left > 0.75 * step;
    if (e->left < 0)
        e->told = -1;
    else if (e->told < 0 || longer || shorter)
        e->told = (double)(uint64_t)(e->left / step + 0.5) * step;
}

/* Over how many seconds a new estimate replaces the one shown before: few if little is left, or
 * while little is known. */
static double slowness_of(const struct estimate *e, double left)
{
    return more(less(less(left / 10, e->known / 4), 8), 0.5);
}

/* The time shown before runs down by itself. */
static void reckon(struct estimate *e, double interval, off_t size)
{
    double now = e->pace > 0 ? (double)(size - e->done) / e->pace : -1;
    if (size < 0 || !(now >= 0 && now < forever) || e->idle > patience) {
        e->left = -1;
        return;
    }
    double expected = e->left - interval;
    double slowness = slowness_of(e, now);
    if (e->left < 0 || size == e->done)
        e->left = now;
    else
        e->left = more(expected + interval / (interval + slowness) * (now - expected), 0);
}

static void advance(struct estimate *e, double now)
{
    e->known += now - e->last;
    e->last = now;
}

void estimate_note(struct estimate *e, double now, off_t done, off_t size)
{
    double interval = now - e->last;
    if (interval <= 0)
        return;
    double rate = ((double)done - (double)e->done) / interval;
    advance(e, now);
    e->idle = done > e->done ? 0 : e->idle + interval;
    e->done = done;
    e->rate += weight(e, interval, rate_memory) * (rate - e->rate);
    e->pace += weight(e, interval, pace_memory) * (rate - e->pace);
    reckon(e, interval, size);
    tell(e);
}

void estimate_pause(struct estimate *e, double now)
{
    double interval = now - e->last;
    if (interval <= 0)
        return;
    advance(e, now);
    e->pace -= weight(e, interval, pace_memory) * e->pace;
}

const char *estimate_spell(double seconds, char buf[SIZE_TEXT])
{
    unsigned long minutes;
    if (!(seconds >= 0 && seconds < forever))
        return strcpy(buf, "-:--");
    minutes = (unsigned long)(seconds / minute + 0.5);
    if (seconds < 10 * minute)
        size_format_time(seconds, buf);
    else if (seconds < hour - minute / 2)
        snprintf(buf, SIZE_TEXT, "%lu min", minutes);
    else if (seconds < 2 * day)
        snprintf(buf, SIZE_TEXT, "%lu h %02lu min", minutes / 60, minutes % 60);
    else
        snprintf(buf, SIZE_TEXT, "%.0f days", seconds / day);
    return buf;
}
