/* SPDX-License-Identifier: MIT */
#include "copy/plan.h"
#include "base/arithmetic.h"
#include "base/filesystem.h"
#include "move/record.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

/* What was measured on which file system besides the costs: see bench/RESULTS.md. */
struct habit {
    const char *fs;
    off_t direct_from; /* bytes: direct I/O pays from here on */
    bool allocate;     /* reserving first makes it quicker, or at least not slower */
};

static const struct habit *habit_of(long fs)
{
    static const struct habit habits[] = {
        {"ext4", FACTS_TINY, true},
        {"xfs", FACTS_TINY, true},
        {"tmpfs", FACTS_SMALL, false},
    };
    static const struct habit others = {"", FACTS_SMALL, true};
    for (size_t i = 0; i < COUNT_OF(habits); i++)
        if (strcmp(habits[i].fs, filesystem_of(fs)->name) == 0)
            return &habits[i];
    return &others;
}

const char *plan_in_place_why(const struct destination *dst, bool asked)
{
    const struct {
        bool applies;
        const char *why;
    } reasons[] = {
        {!inspect_is_regular(dst), "it is no regular file"},
        {asked && !dst->displaces, "--inplace was given"},
        {dst->exists && dst->dir_fd == AT_FDCWD, "its name is a link to an open file"},
        {dst->exists && dst->writable && dst->st.st_nlink > 1, "it has more than one hard link"},
        {dst->exists && dst->mount_point, "it is a mount point"},
        {dst->exists && !dst->dir_writable, "nothing can be created in its directory"},
        {dst->exists && dst->dir_appends, "nothing can be replaced in its directory"},
        {dst->exists && dst->writable && dst->foreign, "a new file can't be given its owner"},
    };
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (reasons[i].applies)
            return reasons[i].why;
    return NULL;
}

static void place(struct plan *plan, const struct destination *dst, bool asked)
{
    const char *why = plan_in_place_why(dst, asked);
    plan->in_place = why;
    plan->placement_why = why ? why : "it appears only when it is complete";
}

/* Holes are kept only where there is nothing: a device, or a stream, would keep what was there. */
static void choose_holes(struct plan *plan, const struct destination *dst,
                         const struct wishes *wishes, off_t data)
{
    bool can = inspect_is_regular(dst);
    plan->holes = wishes->sparse == WHEN_NEVER || !can ? HOLES_FILL
                  : wishes->sparse == WHEN_ALWAYS      ? HOLES_MAKE
                                                       : HOLES_KEEP;
    plan->holes_why = !can                          ? "the destination can have none"
                      : wishes->sparse != WHEN_AUTO ? "--sparse was given"
                      : data < plan->size           ? "the source has some"
                                                    : "the source has none";
    plan->data = plan->holes == HOLES_FILL ? plan->size : data;
}

static void add_engine(struct plan *plan, struct candidate candidate)
{
    size_t count = 0;
    for (; plan->engines[count].engine; count++)
        if (plan->engines[count].engine == candidate.engine)
            return;
    assert(count < PLAN_MAX_ENGINES);
    plan->engines[count] = candidate;
}

/* Asking costs one call, so it is asked wherever it isn't known to be in vain. An engine that was
 * asked for shall move bytes. */
static void choose_reflink(struct plan *plan, const struct source *src,
                           const struct destination *dst, const struct wishes *wishes)
{
    bool may = plan->holes == HOLES_KEEP && S_ISREG(src->st.st_mode) && src->has_size &&
               src->fs == dst->fs && filesystem_of(dst->fs)->reflinks;
    if (wishes->reflink == WHEN_ALWAYS) {
        plan->reflink = REFLINK_MUST;
        plan->reflink_why = "--reflink=always was given";
    } else if (wishes->reflink == WHEN_AUTO && !wishes->engine && may) {
        plan->reflink = REFLINK_TRY;
        plan->reflink_why = "this file system may share extents, which is instant";
    }
}

bool plan_leaves_holes(const struct plan *plan)
{
    return plan->holes == HOLES_MAKE || plan->data < plan->size;
}

static bool is_small(const struct plan *plan)
{
    return plan->data < 2 * (off_t)PLAN_MIN_BLOCK;
}

/* Writing over what is there: its pages would first have to be read for a mapping. */
static bool overwrites(const struct plan *plan, const struct destination *dst)
{
    return plan->in_place && dst->exists && (S_ISBLK(dst->st.st_mode) || dst->st.st_size > 0);
}

static bool is_cold(const struct facts *facts)
{
    return facts->src_cached < 0.5;
}

/* Whether the page cache is to be left alone: at the user's wish, or because it can't hold it. */
static bool spares_cache(const struct plan *plan, const struct wishes *wishes,
                         const struct facts *facts)
{
    bool is_large = facts->memory > 0 && (uint64_t)plan->data > facts->memory / PLAN_MEMORY_PART;
    return wishes->cache == CACHE_DROP || (wishes->cache == CACHE_AUTO && is_large);
}

/* Large buffers let the page cache take large pieces of memory. That is quicker, unless these must
 * first be had from a virtual machine's host: a large copy has time to find out (move/tuner.h). */
static size_t buffer_for(const struct plan *plan, const struct engine *engine,
                         const struct wishes *wishes)
{
    if (wishes->buffer_len > 0)
        return round_up(wishes->buffer_len, plan->page);
    return engine == &engine_read_write && plan->data >= PLAN_LARGE ? PLAN_LARGE_BUFFER : 0;
}

static struct candidate candidate_for(const struct plan *plan, const struct engine *engine,
                                      const struct wishes *wishes, const char *why)
{
    return (struct candidate){engine, why, buffer_for(plan, engine, wishes), 0, 0};
}

static enum route route_of(const struct plan *plan, const struct wishes *wishes,
                           const struct facts *facts)
{
    return wishes->sync || plan->drop_dst ? ROUTE_TO_DISK
           : is_cold(facts)               ? ROUTE_COLD
           : plan->data < PLAN_LARGE      ? ROUTE_BRIEF
                                          : ROUTE_WARM;
}

/* May this engine do it? A mapping would read what it overwrites, fill holes, and be seen late by
 * other machines. What is written past the page cache isn't in there afterwards, nor compressed. */
static bool is_fit(const struct plan *plan, const struct destination *dst,
                   const struct wishes *wishes, const struct engine *engine)
{
    if (engine->maps)
        return !overwrites(plan, dst) && !plan_leaves_holes(plan) &&
               !filesystem_of(dst->fs)->remote;
    bool pays = plan->data >= habit_of(dst->fs)->direct_from;
    if (engine == &engine_direct)
        return pays && wishes->cache != CACHE_KEEP && !dst->compresses;
    return engine != &engine_direct_read || pays;
}

/* May another engine go on with what one has begun? Where there is time to find out which is best,
 * and where that can be seen while bytes are moved. From a disk, what goes through the page cache
 * looks good as long as there is memory at hand: there, what was measured is believed. */
static bool may_change(const struct plan *plan, const struct source *src,
                       const struct destination *dst, const struct wishes *wishes,
                       const struct facts *facts)
{
    if (is_cold(facts) && forecast_knows(filesystem_of(dst->fs)->name))
        return false;
    bool remote = filesystem_of(dst->fs)->remote || filesystem_of(src->fs)->remote;
    bool disk = plan->start_writing || plan->drop_dst;
    return wishes->rate == 0 && !plan->in_place && !plan_leaves_holes(plan) && !disk && !remote &&
           !is_small(plan);
}

/* Waiting for a disk, more workers than CPUs are of use: direct I/O keeps as many requests under
 * way as there are workers. */
static unsigned most_jobs(enum route route, const struct facts *facts)
{
    bool few = forecast_waits(route) && facts->cpus < PLAN_DISK_JOBS;
    return min_unsigned(few ? PLAN_DISK_JOBS : facts->cpus, PLAN_MAX_JOBS);
}

/* How many of those asked for, 0 being any, are at work at the same time. */
static unsigned jobs_at_once(enum route route, unsigned asked, const struct facts *facts)
{
    unsigned most = most_jobs(route, facts);
    return asked == 0 ? most : forecast_waits(route) ? asked : min_unsigned(asked, most);
}

/* The forecasts for those that are fit, by as many workers as there may be. */
static size_t forecast_fit(const struct plan *plan, const struct destination *dst,
                           const struct wishes *wishes, const struct facts *facts,
                           struct forecast forecasts[FORECAST_MAX])
{
    enum route route = route_of(plan, wishes, facts);
    bool one = is_small(plan) || wishes->alone;
    unsigned jobs = one ? 1 : jobs_at_once(route, wishes->jobs, facts);
    size_t all = forecast_all(filesystem_of(dst->fs)->name, route, jobs, forecasts), count = 0;
    for (size_t i = 0; i < all; i++)
        if (is_fit(plan, dst, wishes, forecasts[i].engine))
            forecasts[count++] = forecasts[i];
    return count;
}

static void add_forecast(struct plan *plan, const struct forecast *forecast,
                         const struct wishes *wishes, const char *why)
{
    struct candidate candidate = candidate_for(plan, forecast->engine, wishes, why);
    candidate.forecast = forecast->time;
    candidate.workers = forecast->workers;
    add_engine(plan, candidate);
}

static bool has_direct(const struct forecast *forecasts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (forecasts[i].engine == &engine_direct)
            return true;
    return false;
}

/*
 * May this engine copy a part of a file another part of which is written directly, if `direct`, or
 * through a mapping, if not? A fault brings up to 2 MiB into the page cache, which may then be
 * written back over what was written directly beside it.
 */
static bool get_along(const struct engine *engine, bool direct)
{
    return direct ? !engine->maps : engine != &engine_direct;
}

/* The best, and those that may turn out better. */
static void choose_by_forecast(struct plan *plan, const struct destination *dst,
                               const struct wishes *wishes, const struct facts *facts)
{
    struct forecast forecasts[FORECAST_MAX];
    size_t count = forecast_fit(plan, dst, wishes, facts, forecasts);
    if (count == 0)
        return;
    const struct forecast *best = &forecasts[forecast_best(forecasts, count)];
    bool direct = !best->engine->maps && has_direct(forecasts, count);
    add_forecast(plan, best, wishes, "the best by forecast");
    for (size_t i = 0; i < count; i++)
        if (&forecasts[i] != best && get_along(forecasts[i].engine, direct))
            add_forecast(plan, &forecasts[i], wishes, "should that prove slow, or not be possible");
}

/* A file system that compresses what is written doesn't compress what was reserved. A small file
 * fails as soon as it is written, and is written sooner without. */
static void choose_reserve(struct plan *plan, const struct destination *dst)
{
    const struct {
        bool applies;
        enum reserve reserve;
        const char *why;
    } reasons[] = {
        {plan->holes == HOLES_MAKE, RESERVE_NOTHING, "how much of it are zeros isn't known yet"},
        {dst->compresses && is_small(plan), RESERVE_NOTHING, "it is small"},
        {dst->compresses, RESERVE_NOTHING,
         "the file system may compress it, but not what is reserved"},
        {is_small(plan), RESERVE_LOOK, "it is small"},
        {!habit_of(dst->fs)->allocate, RESERVE_LOOK, "it is quicker without on this file system"},
        {true, RESERVE_ALLOCATE, "a full disk is found before anything is written"},
    };
    size_t i = 0;
    while (!reasons[i].applies)
        i++;
    plan->reserve = reasons[i].reserve;
    plan->reserve_why = reasons[i].why;
}

/* Extents that the server shares are copied by no one. */
static bool server_may_copy(const struct source *src, const struct destination *dst,
                            const struct wishes *wishes)
{
    return filesystem_of(dst->fs)->remote && src->fs == dst->fs && wishes->reflink != WHEN_NEVER &&
           wishes->sparse != WHEN_NEVER;
}

/* The best first; all that follow serve where those before can't. */
static void choose_engines(struct plan *plan, const struct source *src,
                           const struct destination *dst, const struct wishes *wishes,
                           const struct facts *facts)
{
    if (wishes->engine) {
        add_engine(plan, candidate_for(plan, wishes->engine, wishes, "--engine was given"));
        return;
    }
    bool server = server_may_copy(src, dst, wishes);
    if (server)
        add_engine(
            plan, candidate_for(plan, &engine_copy_range, wishes, "the server may copy by itself"));
    if (plan->data >= FACTS_TINY)
        choose_by_forecast(plan, dst, wishes, facts);
    add_engine(plan, candidate_for(plan, &engine_read_write, wishes,
                                   plan->data < FACTS_TINY
                                       ? "so small a file is quickest read and written"
                                       : "reading and writing always works"));
    plan->ways = !server && may_change(plan, src, dst, wishes, facts) ? TUNER_MAX_WAYS : 1;
}

static void stay_alone(struct plan *plan)
{
    plan->jobs_why = "other files are copied at the same time";
    plan->blocks = 1;
}

static void choose_jobs(struct plan *plan, unsigned asked, const struct facts *facts)
{
    unsigned forecast = plan->engines[0].workers;
    unsigned most = forecast > 0 ? forecast : facts->cpus;
    off_t worth = plan->data / PLAN_MIN_BLOCK;
    if (asked > 0) {
        plan->jobs =
            block_count(plan->data, asked < PLAN_MAX_JOBS ? asked : PLAN_MAX_JOBS, plan->page);
        plan->jobs_why =
            plan->jobs < asked ? "more can't be used for this file" : "--jobs was given";
    } else if (is_small(plan)) {
        plan->jobs = 0;
        plan->jobs_why = "so small a file is copied sooner than a process is forked";
    } else if (facts->src_spins && is_cold(facts)) {
        plan->jobs = 1;
        plan->jobs_why = "a rotating disk is quickest when it is read in order";
    } else {
        plan->jobs = worth < (off_t)most ? (unsigned)worth : most;
        plan->jobs_why = plan->jobs < most    ? "a smaller block isn't worth a process"
                         : most > facts->cpus ? "that many keep a disk busy"
                         : most < facts->cpus ? "more wouldn't make it quicker"
                                              : "as many CPUs may be used";
    }
    bool fixed = asked > 0 || plan->jobs < most || plan->rate > 0 || facts->src_spins;
    plan->most_jobs = fixed || plan->jobs >= PLAN_MOST_DISK_JOBS ? plan->jobs : PLAN_MOST_DISK_JOBS;
    plan->blocks = plan->jobs > 0 ? plan->jobs : 1;
}

/* A source that was in the cache before belongs to someone's working set, and stays. */
static void choose_cache(struct plan *plan, const struct wishes *wishes, const struct facts *facts)
{
    plan->start_writing = wishes->sync;
    plan->drop_dst = spares_cache(plan, wishes, facts);
    plan->drop_src = plan->drop_dst && (wishes->cache == CACHE_DROP || is_cold(facts));
    plan->cache_why = wishes->cache != CACHE_AUTO ? "--cache was given"
                      : plan->drop_dst            ? "so large a file would push others out of it"
                      : wishes->sync              ? "it isn't what --fsync waits for"
                                                  : "there is memory enough";
}

/* A regular file of size 0 that is read to its end just in case is no work for a worker; some files
 * of /proc take nothing from another process. */
static void plan_stream(struct plan *plan, const struct source *src, const struct destination *dst,
                        const struct wishes *wishes)
{
    bool made_up = filesystem_of(dst->fs)->made_up;
    plan->size = plan->data = -1;
    add_engine(plan, candidate_for(plan, &engine_stream, wishes,
                                   "source or destination has no size, so it is copied in order"));
    plan->blocks = 1;
    plan->jobs = made_up || inspect_is_empty(src) ? 0 : 1;
    plan->jobs_why = "a stream has one end";
}

/* With a limit, chunks so small that their comings are hardly seen: eight a second. Where each is
 * recorded, no more than there may be records; where they shall be found again, always the same. */
static size_t chunk_len(const struct wishes *wishes, size_t page, off_t size)
{
    size_t len = wishes->chunk_len ? wishes->chunk_len : PLAN_DEFAULT_CHUNK;
    if (wishes->rate > 0 && wishes->rate / 8 < len && !wishes->resume)
        len = wishes->rate / 8 + 1;
    if ((wishes->verify || wishes->resume) && (size_t)size / RECORDS_MAX > len)
        len = (size_t)size / RECORDS_MAX + 1;
    return round_up(len, page);
}

struct plan plan_make(const struct source *src, const struct destination *dst,
                      const struct wishes *wishes, const struct facts *facts, off_t data)
{
    struct plan plan = {.size = src->size, .page = facts->page, .rate = wishes->rate, .ways = 1};
    place(&plan, dst, wishes->in_place);
    plan.chunk_len = chunk_len(wishes, facts->page, src->size);
    choose_holes(&plan, dst, wishes, data);
    choose_cache(&plan, wishes, facts);
    choose_reflink(&plan, src, dst, wishes);
    if (inspect_is_in_order(src, dst) && plan.reflink != REFLINK_MUST) {
        plan_stream(&plan, src, dst, wishes);
    } else {
        choose_reserve(&plan, dst);
        choose_engines(&plan, src, dst, wishes, facts);
        if (wishes->alone)
            stay_alone(&plan);
        else
            choose_jobs(&plan, wishes->jobs, facts);
    }
    return plan;
}
