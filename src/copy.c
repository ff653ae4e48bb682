/* SPDX-License-Identifier: MIT */
#include "copy.h"
#include "cache.h"
#include "clock.h"
#include "diag.h"
#include "ending.h"
#include "extent.h"
#include "facts.h"
#include "share.h"
#include "signals.h"
#include "size.h"
#include "stage.h"
#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_STEP = 64 << 20 }; /* bytes */

/* All that belongs to one copy while it lives. */
struct copy {
    const char *src_name, *dst_name; /* as the user wrote them */
    const struct copy_rules *rules;
    const struct copy_observer *observer;
    struct copy_result *result;

    struct source src;
    struct destination dst;
    struct facts facts;
    struct extents extents;
    struct plan plan;
    struct stage stage;
    bool spoilt; /* what was under the destination's name has been written to */
    struct transfer transfer;
    struct share *share;
    struct complaint why;
    bool finished; /* no step is left to take: skipped, or a dry run */
};

static int finish(struct copy *c, enum outcome outcome)
{
    c->result->outcome = outcome;
    c->finished = true;
    return 0;
}

static void remark(const struct copy *c, const char *what, const char *why)
{
    c->observer->remark(c->observer->arg, c->dst.path, what, why);
}

static int fail(struct copy *c, int rc, const char *path, const char *what)
{
    return complain_errno(&c->why, -rc, path, "%s", what);
}

/* --- the steps, in order --- */

static int open_source(struct copy *c)
{
    return inspect_source(c->src_name, &c->src, &c->why);
}

static int look_at_destination(struct copy *c)
{
    return inspect_destination(c->dst_name, &c->src, &c->dst, &c->why);
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static int heed_existing(struct copy *c)
{
    if (!c->dst.exists || c->dst.standard)
        return 0;
    if (c->rules->existing == EXISTING_KEEP)
        return finish(c, OUTCOME_SKIPPED);
    if (c->rules->update && !is_newer(&c->src.st.st_mtim, &c->dst.st.st_mtim))
        return finish(c, OUTCOME_SKIPPED);
    if (!c->dst.writable && !c->rules->force)
        return complain(&c->why, EACCES, c->dst.path, "cannot replace",
                        "it is not writable (--force replaces it all the same)");
    if (c->rules->existing == EXISTING_ASK && !c->rules->dry_run &&
        !c->observer->confirm(c->observer->arg, c->dst.path))
        return signals_fatal() ? -EINTR : finish(c, OUTCOME_SKIPPED);
    return 0;
}

static int survey(struct copy *c)
{
    const struct source *src = &c->src;
    c->facts = facts_gather(src->has_size ? src->fd : -1, src->size, src->st.st_dev);
    int rc = inspect_data(src, c->rules->wishes.sparse != WHEN_NEVER, c->facts.page, &c->extents);
    return rc < 0 ? fail(c, rc, src->path, "cannot find its data") : 0;
}

static int decide(struct copy *c)
{
    c->plan = plan_make(&c->src, &c->dst, &c->rules->wishes, &c->facts, c->extents.bytes);
    c->observer->planned(c->observer->arg, &c->src, &c->dst, &c->facts, &c->plan);
    if (c->plan.holes == HOLES_FILL && c->extents.bytes < c->src.size) {
        extents_release(&c->extents);
        if (extents_whole(c->src.size, &c->extents) < 0)
            return fail(c, -ENOMEM, c->src.path, "cannot find its data");
    }
    if (c->plan.size >= 0 && c->plan.jobs < c->rules->wishes.jobs)
        remark(c, "fewer jobs than asked for", c->plan.jobs_why);
    return c->rules->dry_run ? finish(c, OUTCOME_PLANNED) : 0;
}

/* The permission bits that a new file starts with, before umask. A mode to be preserved comes
 * later.
 */
static mode_t first_mode(const struct copy *c)
{
    if (c->rules->preserve & ATTRIBUTE_MODE)
        return 0600;
    return inspect_is_seekable(c->src.st.st_mode) ? c->src.st.st_mode & 0777 : 0666;
}

/* A file that is replaced keeps its owner, mode, ACL and extended attributes. With --force, one
 * that can't be written makes way for a new file, as with cp. */
static bool keeps_attributes(const struct copy *c)
{
    return c->dst.exists && c->dst.writable;
}

static int stage_beside(struct copy *c)
{
    mode_t mode = keeps_attributes(c) ? 0600 : first_mode(c);
    int rc = stage_open(&c->stage, c->dst.dir_fd, c->dst.name, mode);
    if (!rc && keeps_attributes(c)) {
        rc = attributes_adopt_from(c->dst.dir_fd, c->dst.name, c->stage.fd, &c->dst.st);
        c->stage.mode = c->dst.st.st_mode & 01777;
        if (rc < 0)
            stage_discard(&c->stage);
    }
    return rc;
}

static int open_in_place(struct copy *c)
{
    int rc = c->dst.standard ? stage_use(&c->stage, STDOUT_FILENO)
                             : stage_open_in_place(&c->stage, c->dst.dir_fd, c->dst.name,
                                                   !c->dst.exists, first_mode(c), c->rules->force);
    if (rc == -EBUSY)
        return complain(
            &c->why, EBUSY, c->dst.path, "cannot open",
            "the device is in use, mounted perhaps (--force writes to it all the same)");
    if (rc < 0)
        return fail(c, rc, c->dst.path, c->dst.exists ? "cannot open" : "cannot create");
    return 0;
}

static void describe_transfer(struct copy *c)
{
    bool makes_holes = c->plan.holes == HOLES_MAKE;
    c->transfer = (struct transfer){.src_fd = c->src.fd,
                                    .dst_fd = c->stage.fd,
                                    .size = c->plan.size,
                                    .chunk_len = c->plan.chunk_len,
                                    .sparse = makes_holes || c->plan.data < c->plan.size,
                                    .skip_zeros = makes_holes};
}

static int stage(struct copy *c)
{
    if (c->plan.in_place) {
        if (c->dst.exists && S_ISREG(c->dst.st.st_mode))
            remark(c, "written in place", c->plan.placement_why);
        return open_in_place(c);
    }
    int rc = stage_beside(c);
    bool refused = rc == -EPERM || rc == -EACCES || rc == -EINVAL || rc == -EOPNOTSUPP;
    if (refused && keeps_attributes(c)) {
        remark(c, "written in place", "a new file can't be given its owner and attributes");
        return open_in_place(c);
    }
    return rc < 0 ? fail(c, rc, c->dst.path, "cannot create") : 0;
}

/* Does this copy write into a file that was there before? */
static bool overwrites(const struct copy *c)
{
    return c->stage.kind == STAGE_IN_PLACE && c->dst.exists &&
           inspect_is_seekable(c->dst.st.st_mode);
}

static int complain_engine(struct copy *c, int rc)
{
    return complain_errno(&c->why, -rc, c->src.path, "engine %s cannot copy it",
                          c->transfer.engine->name);
}

static bool is_shared(const struct copy *c)
{
    return c->transfer.engine && c->transfer.engine->split == SPLIT_WHOLE;
}

/* A longer file keeps its end, and may for that reason refuse to share what comes before. */
static int cut_to_size(struct copy *c)
{
    if (!overwrites(c) || !S_ISREG(c->dst.st.st_mode) || c->dst.st.st_size <= c->plan.size)
        return 0;
    c->spoilt = true;
    int rc = ftruncate(c->stage.fd, c->plan.size) < 0 ? -errno : 0;
    return rc < 0 ? fail(c, rc, c->dst.path, "cannot truncate") : 0;
}

/* Tried first, for extents that are shared need no space. */
static int share_extents(struct copy *c)
{
    describe_transfer(c);
    const struct candidate first[] = {c->plan.engines[0], {0}};
    bool last = !c->plan.engines[1].engine;
    if (first->engine->split != SPLIT_WHOLE)
        return 0;
    int rc = cut_to_size(c);
    if (rc < 0)
        return rc;
    rc = engine_prepare(&c->transfer, first);
    c->spoilt |= overwrites(c) && !engine_is_unsupported(-rc);
    if (rc < 0 && (last || !engine_is_unsupported(-rc)))
        return complain_engine(c, rc);
    if (rc < 0)
        c->transfer.engine = NULL;
    return 0;
}

static int prepare(struct copy *c)
{
    bool tried = c->plan.engines[0].engine->split == SPLIT_WHOLE;
    int rc = is_shared(c) ? 0 : engine_prepare(&c->transfer, c->plan.engines + tried);
    return rc < 0 ? complain_engine(c, rc) : 0;
}

/* What shall be a hole must be none of the old file's data. */
static int make_way(struct copy *c)
{
    if (!overwrites(c) || is_shared(c) || (c->plan.size >= 0 && !c->transfer.sparse))
        return 0;
    c->spoilt = true;
    int rc = stage_empty(&c->stage);
    return rc < 0 ? fail(c, rc, c->dst.path, "cannot truncate") : 0;
}

static int reserve_space(struct copy *c)
{
    static const struct extents nothing = {0};
    char need[SIZE_TEXT];
    /* How much of it will become holes isn't known yet; shared extents need no space. */
    bool unknown = c->plan.holes == HOLES_MAKE || is_shared(c);
    int rc =
        stage_reserve(&c->stage, c->plan.size, unknown ? &nothing : &c->extents, c->plan.allocate);
    if (rc < 0)
        return complain_errno(&c->why, -rc, c->dst.path, "cannot reserve %s",
                              size_format((uint64_t)c->plan.data, need));
    c->spoilt = overwrites(c);
    return 0;
}

static int reserve(struct copy *c)
{
    struct stat st;
    if (fstat(c->stage.fd, &st) < 0)
        return fail(c, -errno, c->dst.path, "cannot inspect");
    if (S_ISBLK(st.st_mode) && c->plan.size >= 0)
        return inspect_device_room(c->stage.fd, c->dst.path, c->plan.size, &c->why);
    if (!S_ISREG(st.st_mode) || c->dst.standard)
        return 0;
    int rc = make_way(c);
    return rc < 0 || c->plan.size < 0 ? rc : reserve_space(c);
}

static void tick(void *arg)
{
    const struct copy *c = arg;
    c->observer->tick(c->observer->arg, share_done(c->share), c->plan.data);
}

static struct mover a_mover(struct copy *c)
{
    return (struct mover){.transfer = &c->transfer,
                          .extents = &c->extents,
                          .pace = &c->share->pace,
                          .skip_zeros = c->plan.holes == HOLES_MAKE,
                          .start_writing = c->plan.start_writing,
                          .drop_src = c->plan.drop_src,
                          .drop_dst = c->plan.drop_dst};
}

static int move(struct copy *c)
{
    c->share = share_create(c->plan.data < 0 ? 0 : c->plan.data, c->plan.blocks, c->plan.jobs,
                            c->plan.page);
    if (!c->share)
        return fail(c, -errno, c->src.path, "cannot share memory with workers");
    c->share->pace.rate = c->plan.rate;
    c->spoilt = overwrites(c);
    struct mover mover = a_mover(c);
    unsigned jobs = is_shared(c) ? 0 : c->plan.jobs;
    struct ending ending =
        worker_run_all(&mover, c->share, jobs, (struct ticker){.tick = tick, .arg = c});
    mover_release(&mover);
    c->result->engine = c->transfer.engine->name;
    c->result->jobs = ending.forked;
    c->result->blocks = c->plan.blocks;
    c->result->bytes = share_done(c->share);
    if (ending.kind != ENDED_WELL)
        return ending_complain(&ending, &c->src, c->dst.path, &c->why);
    if (ending.forked < jobs)
        remark(c, ending.forked ? "copied by fewer workers" : "copied without workers",
               "no more processes could be forked");
    assert(c->plan.size < 0 || c->result->bytes == c->plan.data);
    return 0;
}

/* A mapping reads zeros, not an error, behind the end of a source that shrank within its last page.
 */
static int check_source(struct copy *c)
{
    struct stat now;
    if (c->plan.size < 0 || !S_ISREG(c->src.st.st_mode))
        return 0;
    if (fstat(c->src.fd, &now) < 0)
        return fail(c, -errno, c->src.path, "cannot inspect");
    return now.st_size < c->plan.size ? ending_complain_short(&c->src, now.st_size, &c->why) : 0;
}

/* fsync, after the attributes, makes sure; this shows how far it is. */
static int flush(struct copy *c)
{
    struct stat st;
    if (!c->rules->wishes.sync || fstat(c->stage.fd, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    c->observer->flushing(c->observer->arg);
    int rc = 0;
    for (off_t off = 0; !rc && off < st.st_size; off += FLUSH_STEP) {
        c->observer->tick(c->observer->arg, off, st.st_size);
        rc = signals_fatal() ? -EINTR
                             : cache_write_back(c->stage.fd, (struct chunk){off, FLUSH_STEP});
    }
    return rc < 0 && rc != -EINTR ? fail(c, rc, c->dst.path, "cannot write to the disk") : rc;
}

/* What the workers couldn't let go of: the last they wrote, and what they had mapped. */
static int clear_cache(struct copy *c)
{
    struct chunk all = {0, c->plan.size < 0 ? 0 : (size_t)c->plan.size}; /* 0: to the end */
    if (c->plan.drop_dst)
        cache_drop_written(c->stage.fd, all);
    if (c->plan.drop_src)
        cache_drop_read(c->src.fd, all);
    return 0;
}

static int preserve(struct copy *c)
{
    const char *what = NULL;
    char sentence[64];
    int rc = stage_give_mode(&c->stage);
    if (rc < 0)
        return fail(c, rc, c->dst.path, "cannot set its mode");
    struct stat st;
    if (!c->rules->preserve || fstat(c->stage.fd, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    rc = attributes_carry(c->src.fd, c->stage.fd, &c->src.st, c->rules->preserve, &what);
    if (rc == 0)
        return 0;
    snprintf(sentence, sizeof(sentence), "cannot preserve %s", what);
    return fail(c, rc, c->dst.path, sentence);
}

static int publish(struct copy *c)
{
    int rc = stage_publish(&c->stage, c->dst.exists, c->rules->wishes.sync);
    if (rc == -EEXIST)
        return complain(&c->why, EEXIST, c->dst.path, "cannot publish",
                        "a file of that name appeared while it was being copied");
    return rc < 0 ? fail(c, rc, c->dst.path, "cannot publish") : 0;
}

static int (*const steps[])(struct copy *) = {
    open_source,   look_at_destination,
    heed_existing, survey,
    decide,        stage,
    share_extents, reserve,
    prepare,       move,
    check_source,  flush,
    clear_cache,   preserve,
    publish,
};

/* --- the life --- */

static int take_steps(struct copy *c)
{
    int rc = 0;
    for (size_t i = 0; !rc && !c->finished && i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = signals_fatal() ? -EINTR : steps[i](c);
        if (steps[i] == open_source) /* waiting for a FIFO's writer is not copying */
            c->result->seconds = clock_seconds();
    }
    return rc;
}

static void report_failure(struct copy *c)
{
    if (c->spoilt)
        complain_further(&c->why, " (the destination was written in place and is now incomplete)");
    c->result->outcome = OUTCOME_FAILED;
    c->result->error = diag_sentence(&c->why);
    diag_print("%s", c->result->error ? c->result->error : c->why.what);
}

static void release(struct copy *c)
{
    engine_release(&c->transfer);
    share_destroy(c->share);
    extents_release(&c->extents);
    stage_discard(&c->stage);
    inspect_release_destination(&c->dst);
    inspect_close_source(&c->src);
}

void copy_file(const char *src, const char *dst, const struct copy_rules *rules,
               const struct copy_observer *observer, struct copy_result *result)
{
    struct copy c = {.src_name = src,
                     .dst_name = dst,
                     .rules = rules,
                     .observer = observer,
                     .result = result,
                     .src = {.fd = -1},
                     .dst = {.dir_fd = AT_FDCWD},
                     .stage = {.fd = -1}};
    *result = (struct copy_result){.outcome = OUTCOME_COPIED};
    int rc = take_steps(&c);
    result->seconds = clock_seconds() - result->seconds;
    if (rc == -EINTR && signals_fatal())
        result->outcome = OUTCOME_INTERRUPTED;
    else if (rc < 0)
        report_failure(&c);
    release(&c);
}

void copy_release_result(struct copy_result *result)
{
    free(result->error);
    result->error = NULL;
}
