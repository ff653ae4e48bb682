/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <fcntl.h>
#include <linux/magic.h>

/* What was measured on which file system: see bench/RESULTS.md. */
struct habit {
    long fs;
    const struct engine *engine;
    bool allocate;
    const char *why;
};

static const struct habit *habit_of(long fs)
{
    static const struct habit habits[] = {
        {EXT4_SUPER_MAGIC, &engine_mmap, true, "ext4 takes parallel stores through a mapping best"},
        {XFS_SUPER_MAGIC, &engine_mmap, true, "xfs takes parallel stores through a mapping best"},
        {BTRFS_SUPER_MAGIC, &engine_read_write, true, "btrfs is quicker with write calls"},
        {TMPFS_MAGIC, &engine_read_write, false, "tmpfs is quicker with write calls"},
    };
    static const struct habit unknown = {
        0, &engine_read_write, true, "write calls are safe on a file system that wasn't measured"};
    for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
        if (habits[i].fs == fs)
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

static void choose_jobs(struct plan *plan, unsigned asked, unsigned cpus)
{
    off_t worth = plan->size / PLAN_MIN_BLOCK;
    if (asked > 0) {
        plan->jobs =
            block_count(plan->size, asked < PLAN_MAX_JOBS ? asked : PLAN_MAX_JOBS, plan->page);
        plan->jobs_why =
            plan->jobs < asked ? "more can't be used for this file" : "--jobs was given";
    } else if (worth < 2) {
        plan->jobs = 0;
        plan->jobs_why = "so small a file is copied sooner than a process is forked";
    } else {
        plan->jobs = worth < (off_t)cpus    ? (unsigned)worth
                     : cpus < PLAN_MAX_JOBS ? cpus
                                            : PLAN_MAX_JOBS;
        plan->jobs_why = plan->jobs < cpus ? "a smaller block isn't worth a process"
                                           : "as many CPUs may be used";
    }
    plan->blocks = plan->jobs > 0 ? plan->jobs : 1;
}

static void choose_engine(struct plan *plan, const struct destination *dst,
                          const struct engine *asked)
{
    const struct habit *habit = habit_of(dst->fs);
    bool overwrites =
        plan->in_place && dst->exists && (S_ISBLK(dst->st.st_mode) || dst->st.st_size > 0);
    plan->allocate = habit->allocate;
    plan->engine = &engine_read_write;
    if (asked) {
        plan->engine = asked;
        plan->engine_only = true;
        plan->engine_why = "--engine was given";
    } else if (overwrites) {
        plan->engine_why = "a mapping would first read what is overwritten";
    } else if (plan->jobs == 0) {
        plan->engine_why = "mapping so small a file takes longer";
    } else {
        plan->engine = habit->engine;
        plan->engine_why = habit->why;
    }
}

/* A regular file of size 0 that is read to its end just in case is no work for a worker. */
static void plan_stream(struct plan *plan, const struct source *src)
{
    plan->size = -1;
    plan->engine = &engine_stream;
    plan->engine_why = "source or destination has no size, so it is copied in order";
    plan->blocks = 1;
    plan->jobs = S_ISREG(src->st.st_mode) && src->st.st_size == 0 ? 0 : 1;
    plan->jobs_why = "a stream has one end";
}

static size_t round_up(size_t len, size_t unit)
{
    return (len + unit - 1) / unit * unit;
}

struct plan plan_make(const struct source *src, const struct destination *dst,
                      const struct wishes *wishes, unsigned cpus, size_t page)
{
    struct plan plan = {.size = src->size, .page = page};
    place(&plan, dst, wishes->in_place);
    plan.chunk_len = round_up(wishes->chunk_len ? wishes->chunk_len : PLAN_DEFAULT_CHUNK, page);
    if (is_stream(src, dst)) {
        plan_stream(&plan, src);
    } else {
        choose_jobs(&plan, wishes->jobs, cpus);
        choose_engine(&plan, dst, wishes->engine);
    }
    return plan;
}
