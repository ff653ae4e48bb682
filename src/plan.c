/* SPDX-License-Identifier: MIT */
#include "plan.h"
#include "filesystem.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

/* What was measured on which file system: see bench/RESULTS.md. */
struct habit {
    const char *fs;
    const struct engine *engine;
    bool allocate;
    const char *why;
};

static const struct habit *habit_of(long fs)
{
    static const struct habit habits[] = {
        {"ext4", &engine_mmap, true, "ext4 takes parallel stores through a mapping best"},
        {"xfs", &engine_mmap, true, "xfs takes parallel stores through a mapping best"},
        {"btrfs", &engine_read_write, true, "btrfs is quicker with write calls"},
        {"tmpfs", &engine_read_write, false, "tmpfs is quicker with write calls"},
    };
    static const struct habit unknown = {
        "", &engine_read_write, true, "write calls are safe on a file system that wasn't measured"};
    for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
        if (strcmp(habits[i].fs, filesystem_of(fs)->name) == 0)
            return &habits[i];
    return &unknown;
}

static bool is_stream(const struct source *src, const struct destination *dst)
{
    return !src->has_size || dst->standard ||
           (dst->exists && !inspect_is_seekable(dst->st.st_mode));
}

static void place(struct plan *plan, const struct destination *dst, bool asked)
{
    const struct {
        bool applies;
        const char *why;
    } reasons[] = {
        {dst->standard || (dst->exists && !S_ISREG(dst->st.st_mode)), "it is no regular file"},
        {asked, "--inplace was given"},
        {dst->exists && dst->dir_fd == AT_FDCWD, "its name is a link to an open file"},
        {dst->exists && dst->st.st_nlink > 1, "it has more than one hard link"},
        {dst->exists && dst->mount_point, "it is a mount point"},
        {dst->exists && !dst->dir_writable, "nothing can be created in its directory"},
    };
    plan->placement_why = "it appears only when it is complete";
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]) && !plan->in_place; i++) {
        plan->in_place = reasons[i].applies;
        if (plan->in_place)
            plan->placement_why = reasons[i].why;
    }
}

/* Holes are kept only where there is nothing: a device, or a stream, would keep what was there. */
static void choose_holes(struct plan *plan, const struct destination *dst,
                         const struct wishes *wishes, off_t data)
{
    bool can = !dst->standard && (!dst->exists || S_ISREG(dst->st.st_mode));
    plan->holes = wishes->sparse == WHEN_NEVER || !can ? HOLES_FILL
                  : wishes->sparse == WHEN_ALWAYS      ? HOLES_MAKE
                                                       : HOLES_KEEP;
    plan->holes_why = !can                          ? "the destination can have none"
                      : wishes->sparse != WHEN_AUTO ? "--sparse was given"
                      : data < plan->size           ? "the source has some"
                                                    : "the source has none";
    plan->data = plan->holes == HOLES_FILL ? plan->size : data;
}

static void choose_jobs(struct plan *plan, unsigned asked, const struct facts *facts)
{
    off_t worth = plan->data / PLAN_MIN_BLOCK;
    unsigned cpus = facts->cpus < PLAN_MAX_JOBS ? facts->cpus : PLAN_MAX_JOBS;
    if (asked > 0) {
        plan->jobs =
            block_count(plan->data, asked < PLAN_MAX_JOBS ? asked : PLAN_MAX_JOBS, plan->page);
        plan->jobs_why =
            plan->jobs < asked ? "more can't be used for this file" : "--jobs was given";
    } else if (worth < 2) {
        plan->jobs = 0;
        plan->jobs_why = "so small a file is copied sooner than a process is forked";
    } else if (facts->src_spins && facts->src_cached < 0.5) {
        plan->jobs = 1;
        plan->jobs_why = "a rotating disk is quickest when it is read in order";
    } else {
        plan->jobs = worth < (off_t)cpus ? (unsigned)worth : cpus;
        plan->jobs_why = plan->jobs < cpus ? "a smaller block isn't worth a process"
                                           : "as many CPUs may be used";
    }
    plan->blocks = plan->jobs > 0 ? plan->jobs : 1;
}

static void add_engine(struct plan *plan, const struct engine *engine, const char *why)
{
    size_t count = 0;
    while (plan->engines[count].engine)
        count++;
    assert(count < PLAN_MAX_ENGINES);
    plan->engines[count] = (struct candidate){engine, why};
}

/* Asking costs one call, so it is asked wherever it isn't known to be in vain. */
static bool may_share(const struct plan *plan, const struct source *src,
                      const struct destination *dst, const struct wishes *wishes)
{
    return wishes->reflink != WHEN_NEVER && plan->holes == HOLES_KEEP && S_ISREG(src->st.st_mode) &&
           src->fs == dst->fs && filesystem_of(dst->fs)->shares;
}

static void choose_engines(struct plan *plan, const struct source *src,
                           const struct destination *dst, const struct wishes *wishes)
{
    const struct habit *habit = habit_of(dst->fs);
    bool overwrites =
        plan->in_place && dst->exists && (S_ISBLK(dst->st.st_mode) || dst->st.st_size > 0);
    plan->allocate = habit->allocate && plan->holes != HOLES_MAKE;
    if (wishes->engine) {
        add_engine(plan, wishes->engine, "--engine was given");
        return;
    }
    if (wishes->reflink == WHEN_ALWAYS || may_share(plan, src, dst, wishes))
        add_engine(plan, &engine_reflink, "--reflink=always was given");
    if (wishes->reflink == WHEN_ALWAYS)
        return;
    if (overwrites)
        add_engine(plan, &engine_read_write, "a mapping would first read what is overwritten");
    else if (plan->jobs == 0)
        add_engine(plan, &engine_read_write, "mapping so small a file takes longer");
    else
        add_engine(plan, habit->engine, habit->why);
    if (habit->engine != &engine_read_write && plan->jobs > 0 && !overwrites)
        add_engine(plan, &engine_read_write, habit->why);
}

static void choose_cache(struct plan *plan, const struct wishes *wishes, const struct facts *facts)
{
    (void)facts;
    plan->drop_src = plan->drop_dst = wishes->cache == CACHE_DROP;
    plan->start_writing = wishes->sync;
    plan->cache_why = "";
}

/* A regular file of size 0 that is read to its end just in case is no work for a worker. */
static void plan_stream(struct plan *plan, const struct source *src)
{
    plan->size = plan->data = -1;
    add_engine(plan, &engine_stream, "source or destination has no size, so it is copied in order");
    plan->blocks = 1;
    plan->jobs = S_ISREG(src->st.st_mode) && src->st.st_size == 0 ? 0 : 1;
    plan->jobs_why = "a stream has one end";
}

static size_t round_up(size_t len, size_t unit)
{
    return (len + unit - 1) / unit * unit;
}

/* With a limit, chunks so small that their comings are hardly seen: eight a second. */
static size_t chunk_len(const struct wishes *wishes, size_t page)
{
    size_t len = wishes->chunk_len ? wishes->chunk_len : PLAN_DEFAULT_CHUNK;
    if (wishes->rate > 0 && wishes->rate / 8 < len)
        len = wishes->rate / 8 + 1;
    return round_up(len, page);
}

struct plan plan_make(const struct source *src, const struct destination *dst,
                      const struct wishes *wishes, const struct facts *facts, off_t data)
{
    struct plan plan = {.size = src->size, .page = facts->page, .rate = wishes->rate};
    place(&plan, dst, wishes->in_place);
    plan.chunk_len = chunk_len(wishes, facts->page);
    choose_holes(&plan, dst, wishes, data);
    if (is_stream(src, dst)) {
        plan_stream(&plan, src);
    } else {
        choose_jobs(&plan, wishes->jobs, facts);
        choose_engines(&plan, src, dst, wishes);
    }
    choose_cache(&plan, wishes, facts);
    return plan;
}
