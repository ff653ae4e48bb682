/* SPDX-License-Identifier: MIT */
#include "copy/forecast.h"
#include "base/arithmetic.h"

#include <assert.h>
#include <string.h>

/* Those of one route in the order in which they are tried if the best proves slow: first those that
 * need no new memory. */
static const struct cost costs[] = {
    {"ext4", ROUTE_WARM, &engine_direct, 404, 154},
    {"ext4", ROUTE_WARM, &engine_read_write, 200, 102},
    {"ext4", ROUTE_WARM, &engine_mmap, 7, 370},
    {"ext4", ROUTE_BRIEF, &engine_read_write, 350, 114},
    {"ext4", ROUTE_BRIEF, &engine_direct, 404, 268},
    {"ext4", ROUTE_BRIEF, &engine_mmap, 160, 3400},
    {"ext4", ROUTE_COLD, &engine_direct, 746, 68},
    {"ext4", ROUTE_COLD, &engine_direct_read, 1775, 384},
    {"ext4", ROUTE_TO_DISK, &engine_direct, 741, 133},
    {"ext4", ROUTE_TO_DISK, &engine_direct_read, 905, 707},

    {"xfs", ROUTE_WARM, &engine_direct, 311, 276},
    {"xfs", ROUTE_WARM, &engine_read_write, 92, 141},
    {"xfs", ROUTE_WARM, &engine_mmap, 13, 246},
    {"xfs", ROUTE_BRIEF, &engine_read_write, 350, 114},
    {"xfs", ROUTE_BRIEF, &engine_direct, 404, 268},
    {"xfs", ROUTE_BRIEF, &engine_mmap, 160, 3400},
    {"xfs", ROUTE_COLD, &engine_direct, 729, 58},
    {"xfs", ROUTE_COLD, &engine_direct_read, 1775, 384},
    {"xfs", ROUTE_TO_DISK, &engine_direct, 729, 57},
    {"xfs", ROUTE_TO_DISK, &engine_direct_read, 875, 433},

    {"btrfs", ROUTE_WARM, &engine_read_write, 563, 265},
    {"btrfs", ROUTE_WARM, &engine_mmap_read, 412, 476},
    {"btrfs", ROUTE_BRIEF, &engine_read_write, 590, 300},
    {"btrfs", ROUTE_BRIEF, &engine_mmap_read, 730, 300},
    {"btrfs", ROUTE_COLD, &engine_direct_read, 887, 499},
    {"btrfs", ROUTE_TO_DISK, &engine_direct_read, 1337, 188},

    {"tmpfs", ROUTE_WARM, &engine_read_write, 310, 146},
    {"tmpfs", ROUTE_WARM, &engine_mmap, 84, 639},
    {"tmpfs", ROUTE_BRIEF, &engine_read_write, 350, 146},
    {"tmpfs", ROUTE_BRIEF, &engine_mmap, 84, 700},
    {"tmpfs", ROUTE_COLD, &engine_direct_read, 400, 400},
    {"tmpfs", ROUTE_COLD, &engine_read_write, 500, 400},
    {"tmpfs", ROUTE_TO_DISK, &engine_read_write, 310, 146},

    /* Nothing was measured here. Mapping is left out: on overlay it took ten times as long
     * (bench/RESULTS.md). Nothing can be known of network file systems: what each engine takes
     * depends on the network and the servers, so the plan begins with a few workers there, and more
     * are tried. */
    {"", ROUTE_WARM, &engine_read_write, 60, 400},
    {"", ROUTE_WARM, &engine_direct, 500, 200},
    {"", ROUTE_BRIEF, &engine_read_write, 60, 400},
    {"", ROUTE_BRIEF, &engine_direct, 500, 200},
    {"", ROUTE_COLD, &engine_direct_read, 500, 500},
    {"", ROUTE_COLD, &engine_direct, 600, 500},
    {"", ROUTE_COLD, &engine_read_write, 700, 500},
    {"", ROUTE_TO_DISK, &engine_read_write, 1000, 500},
};

/* Less than this isn't noticed: what a further worker must gain, and by how much one engine must be
 * better than another. */
static const double worker_gain = 1.05, engine_gain = 1.15;

/* An engine that maps must be so many times quicker. Direct I/O can't go on after it, and direct
 * I/O takes a quarter of the time of two workers that map, as much as eight do, after a pause, when
 * memory has to be had from a virtual machine's host. */
static const double mapping_gain = 2.5;

bool forecast_waits(enum route route)
{
    return route == ROUTE_COLD || route == ROUTE_TO_DISK;
}

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

bool forecast_knows(const char *fs)
{
    for (size_t i = 0; i < COUNT_OF(costs); i++)
        if (strcmp(costs[i].fs, fs) == 0)
            return true;
    return false;
}

static size_t collect(const char *fs, enum route route, unsigned most, struct forecast *forecasts)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(costs); i++) {
        const struct cost *c = &costs[i];
        if (strcmp(c->fs, fs) != 0 || c->route != route)
            continue;
        assert(count < FORECAST_MAX);
        /* Nobody knows how many requests a disk likes. */
        unsigned workers = forecast_waits(route) ? most : forecast_workers(c, most);
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

/* The best of those that map, or of those that don't; `count` if there are none. */
static size_t quickest(const struct forecast *forecasts, size_t count, bool maps)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (forecasts[i].engine->maps == maps &&
            (best == count || forecasts[i].time < forecasts[best].time))
            best = i;
    return best;
}

static size_t best_among(const struct forecast *forecasts, size_t count, bool maps)
{
    size_t first = quickest(forecasts, count, maps), best = first;
    for (size_t i = 0; i < count && first < count; i++)
        if (forecasts[i].engine->maps == maps && forecasts[i].serial < forecasts[best].serial &&
            forecasts[i].time <= engine_gain * forecasts[first].time)
            best = i;
    return best;
}

size_t forecast_best(const struct forecast *forecasts, size_t count)
{
    size_t plain = best_among(forecasts, count, false), maps = best_among(forecasts, count, true);
    if (plain == count || maps == count)
        return plain == count ? maps : plain;
    return mapping_gain * forecasts[maps].time < forecasts[plain].time ? maps : plain;
}
