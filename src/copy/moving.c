/* SPDX-License-Identifier: MIT */
#include "base/cache.h"
#include "copy/ending.h"
#include "copy/partners.h"
#include "copy/step.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

/* --- preparing --- */

static struct transfer a_transfer(const struct copy *c)
{
    return (struct transfer){.src_fd = c->src.fd,
                             .dst_fd = c->stage.fd,
                             .size = c->plan.size,
                             .chunk_len = c->plan.chunk_len,
                             .sparse = plan_leaves_holes(&c->plan),
                             .skip_zeros = c->plan.holes == HOLES_MAKE};
}

/* Prepares one more way: the first of `candidates` that works. */
static int add_way(struct copy *c, const struct candidate *candidates)
{
    struct transfer *way = &c->ways[c->way_count];
    *way = a_transfer(c);
    int rc = engine_prepare(way, candidates);
    if (rc < 0)
        engine_release(way);
    else
        c->way_count++;
    return rc;
}

/* Prepares as many of those after the prepared one as are worth a trial. */
static void add_alternatives(struct copy *c)
{
    const struct candidate *candidate = c->plan.engines;
    while (candidate->engine != c->ways->engine)
        candidate++;
    while ((++candidate)->engine && c->way_count < c->plan.ways)
        add_way(c, (struct candidate[]){*candidate, {0}});
}

/* Data that is shared isn't moved, but --verify has it hashed. */
int step_prepare(struct copy *c)
{
    static const struct candidate nobody[] = {{&engine_null, ""}, {0}};
    int rc = add_way(c, c->reflinked ? nobody : c->plan.engines);
    if (rc < 0)
        return complaint_make_errno(&c->why, -rc, c->src.path, "engine %s cannot copy it",
                                    c->ways->engine->name);
    if (!c->reflinked)
        add_alternatives(c);
    return 0;
}

int step_release_ways(struct copy *c)
{
    int rc = 0;
    while (c->way_count > 0) {
        int released = engine_release(&c->ways[--c->way_count]);
        rc = rc ? rc : released;
    }
    return rc;
}

/* --- moving --- */

/* Visible to --status: a share that others can look at takes a moment longer to create. */
static bool is_worth_showing(const struct copy *c)
{
    return c->plan.jobs > 0 || c->plan.rate > 0 || c->records;
}

static const char *engine_name(const struct copy *c, unsigned way)
{
    return c->reflinked ? "reflink" : c->ways[way].engine->name;
}

static void begin_tuning(struct copy *c)
{
    size_t chunks = (size_t)c->plan.data / c->plan.chunk_len;
    tuning_begin(&c->share->tuning, tuner_begin(c->way_count, c->plan.jobs, chunks));
    for (unsigned i = 0; i < c->way_count; i++)
        snprintf(c->share->engines[i], sizeof(*c->share->engines), "%s", engine_name(c, i));
}

/* Each node gets the same part of it. */
static uint64_t rate_of_this_node(const struct copy *c)
{
    uint64_t rate = c->reflinked ? 0 : c->plan.rate;
    unsigned nodes = c->grants ? c->plan.nodes : 1;
    return rate > nodes ? rate / nodes : rate;
}

/* For --status. */
static void note_node(const struct copy *c)
{
    c->share->node = c->rules->partners->number;
    c->share->nodes = c->rules->partners->nodes;
    snprintf(c->share->leader, sizeof(c->share->leader), "%s", c->leader);
}

int step_create_share(struct copy *c)
{
    unsigned most = c->plan.most_jobs > c->plan.blocks ? c->plan.most_jobs : c->plan.blocks;
    c->share = share_create(most, c->plan.blocks, is_worth_showing(c));
    if (!c->share)
        return step_fail(c, -errno, c->src.path, "cannot share memory with workers");
    c->share->pace.rate = rate_of_this_node(c);
    begin_tuning(c);
    if (c->grants)
        note_node(c);
    snprintf(c->share->src, sizeof(c->share->src), "%s", c->src_at.path);
    snprintf(c->share->dst, sizeof(c->share->dst), "%s", c->dst_at.path);
    return 0;
}

static struct mover a_mover(struct copy *c)
{
    return (struct mover){.ways = c->ways,
                          .way_count = c->way_count,
                          .tuning = &c->share->tuning,
                          .extents = &c->extents,
                          .pace = &c->share->pace,
                          .records = c->records,
                          .journal = c->journal.fd >= 0 ? &c->journal : NULL,
                          .skip_zeros = c->plan.holes == HOLES_MAKE,
                          .used = c->used,
                          .medium = c->medium,
                          .start_writing = c->plan.start_writing,
                          .drop_src = c->plan.drop_src && !c->follower.report,
                          .drop_dst = c->plan.drop_dst,
                          .follower = c->follower.report ? &c->follower : NULL};
}

static struct ending run_mover(struct copy *c, struct mover *mover)
{
    struct work work = mover_work(mover);
    work.most_jobs = c->plan.most_jobs;
    work.cpus = c->facts.cpus;
    work.grants = c->grants;
    c->observer->phase(c->observer->arg, NULL); /* what was waited for is not copying */
    struct ending ending = step_run(c, &work, PHASE_COPYING, c->plan.jobs, c->plan.data);
    c->result->jobs = ending.forked;
    c->result->last_jobs = ending.last;
    c->result->last_engine = engine_name(c, c->share->tuning.tuner.best);
    c->result->bytes = share_done(c->share);
    c->result->kept = share_kept(c->share);
    return ending;
}

/* Where what is copied is dropped from the cache, a worker may be told of a write long ago. */
static bool is_disks_failure(const struct copy *c, const struct ending *ending)
{
    return ending->kind == ENDED_FAILED && ending->failure.side == SIDE_DESTINATION &&
           (ending->failure.err == EIO || c->plan.drop_dst);
}

/* For the next run, a source that ended early is a different one. */
static bool is_sources_end(const struct ending *ending)
{
    return ending->kind == ENDED_FAILED && ending->failure.side == SIDE_SOURCE &&
           ending->failure.err == ENODATA;
}

/* An engine that wasn't the plan's first choice may not be one for which it has reckoned. */
static double forecast_of(const struct copy *c)
{
    const struct candidate *first = c->plan.engines;
    bool is_planned = !c->reflinked && c->ways->engine == first->engine && c->plan.data > 0;
    return is_planned ? first->forecast / 1000 * (double)c->plan.data / (1 << 30) : 0;
}

static int conclude(struct copy *c, const struct ending *ending)
{
    if (is_disks_failure(c, ending) || is_sources_end(ending))
        step_forget(c);
    if (ending->kind != ENDED_WELL)
        return ending_complain(ending, &c->src, c->dst.path, &c->why);
    if (ending->forked < c->plan.jobs)
        step_remark(c, ending->forked ? "copied by fewer workers" : "copied without workers",
                    "no more processes could be forked");
    assert(c->plan.size < 0 || c->grants || c->result->bytes == c->plan.data);
    return 0;
}

static int move(struct copy *c)
{
    struct ending ending = {.kind = ENDED_WELL};
    struct mover mover = a_mover(c);
    int rc = mover_prepare(&mover);
    c->spoilt = step_overwrites(c);
    if (!rc)
        ending = run_mover(c, &mover);
    mover_release(&mover);
    if (rc < 0)
        return step_fail(c, rc, c->src.path, "cannot hash it");
    rc = conclude(c, &ending);
    int released = step_release_ways(c); /* now, because what comes next needs descriptors, too */
    return rc == 0 && released < 0 ? step_fail_disk(c, released) : rc;
}

int step_move(struct copy *c)
{
    int rc = step_create_share(c);
    if (rc < 0)
        return rc;
    c->result->engine = c->result->last_engine = engine_name(c, 0);
    c->result->blocks = c->plan.blocks;
    c->result->forecast = forecast_of(c);
    if (c->reflinked && !c->rules->wishes.verify) {
        c->result->bytes = c->plan.data;
        return 0;
    }
    return move(c);
}

/* What the workers couldn't drop from the cache: what they wrote last, and what they had mapped. */
int step_clear_cache(struct copy *c)
{
    c->observer->phase(c->observer->arg, "finishing"); /* nobody can tell how far this is */
    struct chunk all = {0, c->plan.size < 0 ? 0 : (size_t)c->plan.size}; /* 0: to the end */
    int rc = c->plan.drop_dst ? cache_drop_written(c->stage.fd, all) : 0;
    if (c->plan.drop_src)
        cache_drop_read(c->src.fd, all);
    return rc < 0 ? step_fail_disk(c, rc) : 0;
}
