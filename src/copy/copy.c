/* SPDX-License-Identifier: MIT */
#include "copy/copy.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/diag.h"
#include "base/signals.h"
#include "copy/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

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
    for (size_t i = 0; !rc && !c->finished && i < COUNT_OF(steps); i++) {
        rc = signals_fatal() ? -EINTR : steps[i](c);
        if (steps[i] == step_open_source) /* waiting for a FIFO's writer is not copying */
            c->result->seconds = clock_seconds();
    }
    return rc;
}

static void report(struct copy *c)
{
    c->result->error = complaint_sentence(&c->why);
    diag_print("%s", c->result->error ? c->result->error : c->why.what);
}

static void report_failure(struct copy *c)
{
    if (c->spoilt)
        complaint_add(&c->why, " (the destination was written in place and is now incomplete)");
    if (c->stage.keep && c->share)
        complaint_add(&c->why, " (--resume goes on from what is copied)");
    c->result->outcome = OUTCOME_FAILED;
    report(c);
}

static void release(struct copy *c)
{
    engine_release(&c->transfer);
    share_destroy(c->share);
    records_destroy(c->records);
    extents_release(&c->extents);
    io_close(&c->medium);
    attributes_release(&c->kept);
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
    else if (c.lacking)
        report(&c);
    release(&c);
}

void copy_release_result(struct copy_result *result)
{
    free(result->error);
    result->error = NULL;
}
