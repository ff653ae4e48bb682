/* SPDX-License-Identifier: MIT */
#include "copy.h"
#include "clock.h"
#include "signals.h"
#include "step/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* --- for the steps --- */

int step_finish(struct copy *c, enum outcome outcome)
{
    c->result->outcome = outcome;
    c->finished = true;
    return 0;
}

void step_remark(const struct copy *c, const char *what, const char *why)
{
    c->observer->remark(c->observer->arg, c->dst.path, what, why);
}

void step_warn(const struct copy *c, const char *what, const char *why)
{
    c->observer->warn(c->observer->arg, c->dst.path, what, why);
}

int step_fail(struct copy *c, int rc, const char *path, const char *what)
{
    return complain_errno(&c->why, -rc, path, "%s", what);
}

void step_forget(struct copy *c)
{
    c->stage.keep = false;
}

int step_fail_disk(struct copy *c, int rc)
{
    step_forget(c);
    return step_fail(c, rc, c->dst.path, "cannot write to the disk");
}

int step_complain_engine(struct copy *c, int rc)
{
    return complain_errno(&c->why, -rc, c->src.path, "engine %s cannot copy it",
                          c->transfer.engine->name);
}

bool step_overwrites(const struct copy *c)
{
    return c->stage.kind == STAGE_IN_PLACE && c->dst.exists &&
           inspect_is_seekable(c->dst.st.st_mode);
}

bool step_is_shared(const struct copy *c)
{
    return c->transfer.engine && c->transfer.engine->split == SPLIT_WHOLE;
}

static void tick(void *arg)
{
    const struct copy *c = arg;
    c->observer->tick(c->observer->arg, share_done(c->share), c->share->size);
}

struct ending step_run(struct copy *c, const struct work *work, enum phase phase, unsigned jobs,
                       off_t size)
{
    share_begin(c->share, phase, size, c->records ? c->plan.chunk_len : c->plan.page);
    return worker_run_all(work, c->share, jobs, (struct ticker){.tick = tick, .arg = c});
}

/* --- the life --- */

static int (*const steps[])(struct copy *) = {
    step_open_source,   step_look_at_destination,
    step_lock,          step_heed_existing,
    step_survey,        step_decide,
    step_stage,         step_take_up,
    step_share_extents, step_reserve,
    step_prepare,       step_move,
    step_check_source,  step_flush,
    step_verify,        step_clear_cache,
    step_preserve,      step_publish,
};

static int take_steps(struct copy *c)
{
    int rc = 0;
    for (size_t i = 0; !rc && !c->finished && i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = signals_fatal() ? -EINTR : steps[i](c);
        if (steps[i] == step_open_source) /* waiting for a FIFO's writer is not copying */
            c->result->seconds = clock_seconds();
    }
    return rc;
}

static void report_failure(struct copy *c)
{
    if (c->spoilt)
        complain_further(&c->why, " (the destination was written in place and is now incomplete)");
    if (c->stage.keep && c->share)
        complain_further(&c->why, " (--resume goes on from what is copied)");
    c->result->outcome = OUTCOME_FAILED;
    c->result->error = diag_sentence(&c->why);
    diag_print("%s", c->result->error ? c->result->error : c->why.what);
}

static void release(struct copy *c)
{
    engine_release(&c->transfer);
    share_destroy(c->share);
    records_destroy(c->records);
    extents_release(&c->extents);
    io_close(&c->medium);
    stage_discard(&c->stage);
    if (!c->stage.keep) /* last, for its lock is what keeps others from the staged file */
        journal_remove(&c->journal);
    journal_close(&c->journal);
    inspect_release_destination(&c->dst);
    inspect_close_source(&c->src);
    io_close(&c->lock);
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
                     .lock = -1,
                     .stage = {.fd = -1},
                     .medium = -1,
                     .journal = {.fd = -1}};
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
