/* SPDX-License-Identifier: MIT */
#include "copy/forecast.h"
#include "base/arithmetic.h"

#include <assert.h>
#include <string.h>

/* Those of one route in the order in which they are tried should the best prove slow: at first what
 * needs no new memory. */
static const struct cost costs[] = {
    {"ext4", ROUTE_WARM, &engine_direct, 430, 200},
    {"ext4", ROUTE_WARM, &engine_read_write, 165, 40},
    {"ext4", ROUTE_WARM, &engine_mmap, 30, 420},
    {"ext4", ROUTE_COLD, &engine_direct, 700, 150},
    {"ext4", ROUTE_COLD, &engine_direct_read, 360, 1600},
    {"ext4", ROUTE_TO_DISK, &engine_direct, 500, 100},
    {"ext4", ROUTE_TO_DISK, &engine_direct_read, 700, 160},
    {"xfs", ROUTE_WARM, &engine_direct, 430, 200},
    {"xfs", ROUTE_WARM, &engine_read_write, 90, 80},
    {"xfs", ROUTE_WARM, &engine_mmap, 20, 300},
    {"xfs", ROUTE_COLD, &engine_direct, 700, 150},
    {"xfs", ROUTE_COLD, &engine_direct_read, 360, 1600},
    {"xfs", ROUTE_TO_DISK, &engine_direct, 500, 100},
    {"xfs", ROUTE_TO_DISK, &engine_direct_read, 600, 200},
    {"btrfs", ROUTE_WARM, &engine_read_write, 500, 200},
    {"btrfs", ROUTE_WARM, &engine_mmap_read, 550, 300},
    {"btrfs", ROUTE_WARM, &engine_direct, 900, 300},
    {"btrfs", ROUTE_COLD, &engine_direct_read, 900, 300},
    {"btrfs", ROUTE_COLD, &engine_direct, 1200, 300},
    {"btrfs", ROUTE_TO_DISK, &engine_direct_read, 1000, 300},
    {"tmpfs", ROUTE_WARM, &engine_read_write, 250, 200},
    {"tmpfs", ROUTE_WARM, &engine_mmap_read, 30, 650},
    {"tmpfs", ROUTE_COLD, &engine_direct_read, 360, 300},
    {"tmpfs", ROUTE_COLD, &engine_read_write, 400, 300},
    {"tmpfs", ROUTE_TO_DISK, &engine_read_write, 250, 200},
    {"", ROUTE_WARM, &engine_read_write, 60, 400},
    {"", ROUTE_WARM, &engine_direct, 500, 200},
    {"", ROUTE_COLD, &engine_direct_read, 500, 500},
    {"", ROUTE_COLD, &engine_direct, 600, 400},
    {"", ROUTE_COLD, &engine_read_write, 700, 500},
    {"", ROUTE_TO_DISK, &engine_read_write, 1000, 500},
};

/* Less than so much isn't noticed: what a further worker must gain, and what one engine must be
 * better than another. */
static const double worker_gain = 1.05, engine_gain = 1.15;

double forecast_time(const struct cost *cost, unsigned workers)
{
    double divided = (cost->serial + cost->parallel) / (workers > 0 ? workers : 1);
    return divided > cost->serial ? divided : cost->serial;
}

unsigned forecast_workers(const struct cost *cost, unsigned most)
{
    double least = forecast_time(cost, most);
    unsigned workers = 1;
    while (workers < most && forecast_time(cost, workers) > worker_gain * least)
        workers++;
    return workers;
}

static size_t collect(const char *fs, enum route route, unsigned most, struct forecast *forecasts)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(costs); i++) {
        const struct cost *c = &costs[i];
        if (strcmp(c->fs, fs) != 0 || c->route != route)
            continue;
        assert(count < FORECAST_MAX);
        /* How many requests a disk likes, nobody knows. */
        unsigned workers = route == ROUTE_WARM ? forecast_workers(c, most) : most;
        forecasts[count++] =
            (struct forecast){c->engine, workers, forecast_time(c, workers), c->serial};
    }
    return count;
}

size_t forecast_all(const char *fs, enum route route, unsigned most,
                    struct forecast forecasts[FORECAST_MAX])
{
    size_t count = collect(fs, route, most, forecasts);
    return count > 0 ? count : collect("", route, most, forecasts);
}

static bool scales_better(const struct forecast *a, const struct forecast *b)
{
    return a->serial < b->serial || (a->serial == b->serial && a->engine->maps && !b->engine->maps);
}

static double least_time(const struct forecast *forecasts, size_t count)
{
    double least = forecasts[0].time;
    for (size_t i = 1; i < count; i++)
        least = forecasts[i].time < least ? forecasts[i].time : least;
    return least;
}

size_t forecast_best(const struct forecast *forecasts, size_t count)
{
    double most = engine_gain * least_time(forecasts, count);
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (forecasts[i].time <= most &&
            (best == count || scales_better(&forecasts[i], &forecasts[best])))
            best = i;
    return best;
}
