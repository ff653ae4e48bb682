/* SPDX-License-Identifier: MIT */
#include "copy/copy.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/signals.h"
#include "copy/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static int (*const steps[])(struct copy *) = {
    step_open_source,  step_look_at_destination,
    step_lock,         step_heed_existing,
    step_survey,       step_decide,
    step_stage,        step_take_up,
    step_reflink,      step_reserve,
    step_prepare,      step_move,
    step_check_source, step_flush,
    step_verify,       step_clear_cache,
    step_preserve,     step_publish,
};

static int take_steps(struct copy *c)
{
    int rc = 0;
    for (size_t i = 0; !rc && !c->finished && i < COUNT_OF(steps); i++)
        rc = signals_fatal() ? -EINTR : steps[i](c);
    return rc;
}

/* No later run could go on from it. Only who has the journal locked knows that nobody else does. */
static bool is_worth_nothing(const struct copy *c)
{
    return c->journal.fd >= 0 && !records_any(c->records);
}

static void note_failure(struct copy *c)
{
    if (c->spoilt)
        complaint_add(&c->why, " (the destination was written in place and is now incomplete)");
    if (c->stage.keep && c->share)
        complaint_add(&c->why, " (--resume goes on from what is copied)");
    c->result->outcome = OUTCOME_FAILED;
    c->result->error = complaint_sentence(&c->why);
}

static void release(struct copy *c)
{
    step_release_ways(c);
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

static void prepare(struct copy *c, const struct location *src, const struct location *dst,
                    const struct copy_rules *rules, const struct copy_observer *observer,
                    struct copy_result *result)
{
    *result = (struct copy_result){.outcome = OUTCOME_COPIED};
    *c = (struct copy){.src_at = *src,
                       .dst_at = *dst,
                       .rules = rules,
                       .observer = observer,
                       .result = result,
                       .src = {.fd = -1},
                       .dst = {.dir_fd = AT_FDCWD},
                       .lock = -1,
                       .stage = {.fd = -1},
                       .medium = -1,
                       .journal = {.fd = -1}};
}

static int begin_anew(struct copy *c)
{
    struct location src = c->src_at, dst = c->dst_at;
    release(c);
    prepare(c, &src, &dst, c->rules, c->observer, c->result);
    c->anew = true;
    return take_steps(c);
}

void copy_file(const struct location *src, const struct location *dst,
               const struct copy_rules *rules, const struct copy_observer *observer,
               struct copy_result *result)
{
    struct copy *c = malloc(sizeof(*c)); /* it is large, and the stack may be small */
    *result = (struct copy_result){.outcome = OUTCOME_FAILED};
    if (!c)
        return;
    prepare(c, src, dst, rules, observer, result);
    int rc = take_steps(c);
    if (c->overtaken)
        rc = begin_anew(c);
    if (c->start > 0)
        result->seconds = clock_seconds() - c->start;
    if (rc < 0 && is_worth_nothing(c))
        step_forget(c);
    if (rc == -EINTR && signals_fatal())
        result->outcome = OUTCOME_INTERRUPTED;
    else if (rc < 0)
        note_failure(c);
    else if (c->lacking)
        result->error = complaint_sentence(&c->why);
    release(c);
    free(c);
}

void copy_release_result(struct copy_result *result)
{
    free(result->error);
    result->error = NULL;
}
