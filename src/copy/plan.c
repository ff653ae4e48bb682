/* SPDX-License-Identifier: MIT */
#include "copy/plan.h"
#include "base/arithmetic.h"
#include "base/filesystem.h"
#include "move/record.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

/* What was measured on which file system, besides the costs: see bench/RESULTS.md. */
struct habit {
    const char *fs;
    off_t direct_from; /* bytes: direct I/O is worthwhile from here on */
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
        {!inspect_is_regular(dst), "it isn't a regular file"},
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

/* Holes are kept only where there was nothing: a device, or a stream, would keep what was there. */
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

/* Trying costs one call, so it is tried wherever it isn't known to be in vain. An engine that was
 * asked for has to move bytes. */
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

/* Something is written over: for a mapping, its pages would first have to be read. */
static bool overwrites(const struct plan *plan, const struct destination *dst)
{
    return plan->in_place && dst->exists && (S_ISBLK(dst->st.st_mode) || dst->st.st_size > 0);
}

static bool is_cold(const struct facts *facts)
{
    return facts->src_cached < 0.5;
}

/* Should the page cache be left alone, because the user wants it or because the copy doesn't
 * fit? */
static bool spares_cache(const struct plan *plan, const struct wishes *wishes,
                         const struct facts *facts)
{
    bool is_large = facts->memory > 0 && (uint64_t)plan->data > facts->memory / PLAN_MEMORY_PART;
    return wishes->cache == CACHE_DROP || (wishes->cache == CACHE_AUTO && is_large);
}

/* Large buffers let the page cache take large pieces of memory. That is quicker, unless they must
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

/* May several nodes make it? If not, one of them makes it alone. */
static void choose_nodes(struct plan *plan, const struct source *src, const struct destination *dst,
                         const struct wishes *wishes)
{
    off_t chunks = plan->data / (off_t)plan->chunk_len;
    const struct {
        bool applies;
        const char *why;
    } reasons[] = {
        {wishes->nodes < 2, "there are no others"},
        {inspect_is_in_order(src, dst), "a stream has only one end"},
        {wishes->checksum != CHECKSUM_NONE, "a checksum is made in order"},
        {plan->in_place, "it is written in place"},
        {dst->dir_appends, "nothing can be renamed in its directory"},
        {plan->reflink == REFLINK_MUST, "its extents are shared"},
        {chunks < (off_t)wishes->nodes * PLAN_NODE_CHUNKS, "it is too small to be divided"},
        {true, "each moves what it is granted"},
    };
    size_t i = 0;
    while (!reasons[i].applies)
        i++;
    plan->nodes = i == COUNT_OF(reasons) - 1 ? wishes->nodes : 1;
    plan->nodes_why = reasons[i].why;
}

/* May this engine do it? A mapping would read what it overwrites, fill holes, and be seen late by
 * other machines. What is written past the page cache isn't in there afterwards, nor is it
 * compressed. */
static bool is_fit(const struct plan *plan, const struct destination *dst,
                   const struct wishes *wishes, const struct engine *engine)
{
    if (engine->maps)
        return !overwrites(plan, dst) && !plan_leaves_holes(plan) && !dst->network &&
               plan->nodes < 2;
    bool pays = plan->data >= habit_of(dst->fs)->direct_from;
    if (engine == &engine_direct)
        return pays && wishes->cache != CACHE_KEEP && !dst->compresses;
    return engine != &engine_direct_read || pays;
}

/* May another engine go on with what one has begun? Yes, if there is time to find out which is
 * best, and if that can be seen while bytes are moved. From a disk, whatever goes through the page
 * cache looks good as long as free memory lasts: there, what was measured is believed. */
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

/* When waiting for a disk, more workers than CPUs are useful: direct I/O keeps as many requests
 * under way as there are workers. On a network file system CPUs say nothing: a copy begins with a
 * few workers. */
static unsigned most_jobs(const struct plan *plan, enum route route, const struct facts *facts)
{
    bool few = forecast_waits(route) && facts->cpus < PLAN_DISK_JOBS;
    return min_unsigned(few || plan->network ? PLAN_DISK_JOBS : facts->cpus, PLAN_MAX_JOBS);
}

/* How many of the workers asked for, 0 meaning any number, are at work at the same time. */
static unsigned jobs_at_once(const struct plan *plan, enum route route, unsigned asked,
                             const struct facts *facts)
{
    unsigned most = most_jobs(plan, route, facts);
    bool waits = forecast_waits(route) || plan->network;
    return asked == 0 ? most : waits ? asked : min_unsigned(asked, most);
}

/* The follower reads what is in the page cache. What a worker read around that, the follower would
 * have to read from the disk once more. */
static bool would_be_read_twice(const struct wishes *wishes, const struct facts *facts,
                                const struct engine *engine)
{
    bool direct = engine == &engine_direct || engine == &engine_direct_read;
    return wishes->checksum && direct && is_cold(facts);
}

/* The forecasts for the engines that are fit, with as many workers as there may be. */
static size_t forecast_fit(const struct plan *plan, const struct destination *dst,
                           const struct wishes *wishes, const struct facts *facts,
                           struct forecast forecasts[FORECAST_MAX])
{
    enum route route = route_of(plan, wishes, facts);
    bool one = is_small(plan) || wishes->alone;
    unsigned jobs = one ? 1 : jobs_at_once(plan, route, wishes->jobs, facts);
    size_t all = forecast_all(filesystem_of(dst->fs)->name, route, jobs, forecasts), count = 0;
    for (size_t i = 0; i < all; i++)
        if (is_fit(plan, dst, wishes, forecasts[i].engine) &&
            !would_be_read_twice(wishes, facts, forecasts[i].engine))
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
 * May this engine copy one part of a file while another part is written directly, if `direct`, or
 * else through a mapping? A fault brings up to 2 MiB into the page cache, which may then be written
 * back over what was written directly next to it.
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
            add_forecast(plan, &forecasts[i], wishes, "if that proves slow, or isn't possible");
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
        {plan->holes == HOLES_MAKE, RESERVE_NOTHING, "how much of it is zeros isn't known yet"},
        {dst->compresses && is_small(plan), RESERVE_NOTHING, "it is small"},
        {dst->compresses, RESERVE_NOTHING,
         "the file system may compress it, but not what is reserved"},
        {is_small(plan), RESERVE_LOOK, "it is small"},
        {!habit_of(dst->fs)->allocate, RESERVE_LOOK, "this file system is quicker without it"},
        {true, RESERVE_ALLOCATE, "a full disk is found before anything is written"},
    };
    size_t i = 0;
    while (!reasons[i].applies)
        i++;
    plan->reserve = reasons[i].reserve;
    plan->reserve_why = reasons[i].why;
}

/* Extents that the server shares aren't copied by anybody. */
static bool server_may_copy(const struct source *src, const struct destination *dst,
                            const struct wishes *wishes)
{
    return filesystem_of(dst->fs)->remote && src->fs == dst->fs && wishes->reflink != WHEN_NEVER &&
           wishes->sparse != WHEN_NEVER;
}

/* The best comes first; each of the others is used where those before it can't be. */
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
    add_engine(plan,
               candidate_for(plan, &engine_read_write, wishes,
                             plan->data < FACTS_TINY
                                 ? "such a small file is copied most quickly by reading and writing"
                                 : "reading and writing always works"));
    plan->ways = !server && may_change(plan, src, dst, wishes, facts) ? TUNER_MAX_WAYS : 1;
}

static void stay_alone(struct plan *plan)
{
    plan->jobs_why = "other files are copied at the same time";
    plan->blocks = 1;
}

/* A network file system may be worth as many workers as there are CPUs, or more. */
static unsigned most_tried(const struct plan *plan, const struct facts *facts)
{
    unsigned most = PLAN_MOST_DISK_JOBS;
    if (plan->network && facts->cpus > most)
        most = min_unsigned(facts->cpus, PLAN_MAX_JOBS);
    return plan->jobs < most ? most : plan->jobs;
}

/* Out of as many as there would be for a larger file. */
static const char *why_so_many(const struct plan *plan, unsigned most, const struct facts *facts)
{
    const struct {
        bool applies;
        const char *why;
    } reasons[] = {
        {plan->jobs < most, "a smaller block isn't worth a process"},
        {plan->network && plan->most_jobs > plan->jobs,
         "whether a network file system can use more is found out while copying"},
        {plan->network, "that many keep a network file system busy"},
        {most > facts->cpus, "that many keep a disk busy"},
        {most < facts->cpus, "more wouldn't make it quicker"},
        {true, "one for each CPU that may be used"},
    };
    size_t i = 0;
    while (!reasons[i].applies)
        i++;
    return reasons[i].why;
}

/* A checksum is made behind them: they stay close together if they share one block. */
static void choose_jobs(struct plan *plan, const struct wishes *wishes, const struct facts *facts)
{
    unsigned asked = wishes->jobs;
    unsigned forecast = plan->engines[0].workers;
    unsigned most = forecast > 0 ? forecast : plan->network ? PLAN_DISK_JOBS : facts->cpus;
    off_t worth = plan->data / PLAN_MIN_BLOCK;
    if (asked > 0) {
        plan->jobs = block_count(plan->data, min_unsigned(asked, PLAN_MAX_JOBS), plan->page);
        plan->jobs_why =
            plan->jobs < asked ? "more can't be used for this file" : "--jobs was given";
    } else if (is_small(plan)) {
        plan->jobs = 0;
        plan->jobs_why = "such a small file is copied sooner than a process is forked";
    } else if (facts->src_spins && is_cold(facts)) {
        plan->jobs = 1;
        plan->jobs_why = "a rotating disk is quickest when read in order";
    } else {
        plan->jobs = worth < (off_t)most ? (unsigned)worth : most;
    }
    bool fixed = asked > 0 || plan->jobs < most || plan->rate > 0 || facts->src_spins;
    plan->most_jobs = fixed ? plan->jobs : most_tried(plan, facts);
    plan->blocks = plan->jobs > 0 && !wishes->checksum ? plan->jobs : 1;
    if (!plan->jobs_why)
        plan->jobs_why = why_so_many(plan, most, facts);
}

/* A source that was in the cache before belongs to someone's working set, and stays. */
static void choose_cache(struct plan *plan, const struct wishes *wishes, const struct facts *facts)
{
    plan->start_writing = wishes->sync;
    plan->drop_dst = spares_cache(plan, wishes, facts);
    plan->drop_src = plan->drop_dst && (wishes->cache == CACHE_DROP || is_cold(facts));
    plan->cache_why = wishes->cache != CACHE_AUTO ? "--cache was given"
                      : plan->drop_dst            ? "such a large file would push others out of it"
                      : wishes->sync              ? "--fsync waits for the disk, not for it"
                                                  : "there is enough memory";
}

/* A regular file of size 0 that is read to its end just in case isn't work for a worker; some files
 * of /proc can't be read by another process. */
static void plan_stream(struct plan *plan, const struct source *src, const struct destination *dst,
                        const struct wishes *wishes)
{
    bool made_up = filesystem_of(dst->fs)->made_up;
    plan->size = plan->data = -1;
    add_engine(plan, candidate_for(plan, &engine_stream, wishes,
                                   "source or destination has no size, so it is copied in order"));
    plan->blocks = 1;
    plan->jobs = made_up || inspect_is_empty(src) ? 0 : 1;
    plan->jobs_why = "a stream has only one end";
}

/* With a limit, chunks are so small that one hardly notices them arrive: eight per second. If each
 * is recorded, there may be no more than there are records; if they are to be found again, always
 * the same. */
static size_t chunk_len(const struct wishes *wishes, size_t page, off_t size)
{
    size_t len = wishes->chunk_len ? wishes->chunk_len : PLAN_DEFAULT_CHUNK;
    if (wishes->rate > 0 && wishes->rate / 8 < len && !wishes->resume)
        len = wishes->rate / 8 + 1;
    if ((wishes->verify || wishes->resume) && (size_t)size / RECORDS_MAX >= len)
        len = (size_t)size / RECORDS_MAX + 1;
    return round_up(len, page);
}

struct plan plan_make(const struct source *src, const struct destination *dst,
                      const struct wishes *wishes, const struct facts *facts, off_t data)
{
    struct plan plan = {.size = src->size,
                        .page = facts->page,
                        .rate = wishes->rate,
                        .network = src->network || dst->network,
                        .ways = 1};
    place(&plan, dst, wishes->in_place);
    plan.chunk_len = chunk_len(wishes, facts->page, src->size);
    choose_holes(&plan, dst, wishes, data);
    choose_cache(&plan, wishes, facts);
    choose_reflink(&plan, src, dst, wishes);
    choose_nodes(&plan, src, dst, wishes);
    if (inspect_is_in_order(src, dst) && plan.reflink != REFLINK_MUST) {
        plan_stream(&plan, src, dst, wishes);
    } else {
        choose_reserve(&plan, dst);
        choose_engines(&plan, src, dst, wishes, facts);
        if (wishes->alone)
            stay_alone(&plan);
        else
            choose_jobs(&plan, wishes, facts);
    }
    return plan;
}
