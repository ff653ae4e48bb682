/* SPDX-License-Identifier: MIT */
#include "copy/copy.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/signals.h"
#include "copy/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static int (*const steps[])(struct copy *) = {
    step_open_source,
    step_look_at_destination,
    step_spare_checksums,
    step_lock,
    step_heed_existing,
    step_survey,
    step_decide,
    step_stage,
    step_take_up,
    step_reflink,
    step_reserve,
    step_prepare,
    step_prepare_checksum,
    step_announce,
    step_move,
    step_gather,
    step_finish_checksum,
    step_check_source,
    step_flush,
    step_verify,
    step_clear_cache,
    step_preserve,
    step_publish,
};

static int take_steps(struct copy *c)
{
    int rc = 0;
    for (size_t i = 0; !rc && !c->finished && i < COUNT_OF(steps); i++)
        rc = signals_fatal() ? -EINTR : steps[i](c);
    return rc < 0 ? step_part(c, rc) : rc;
}

/* No later run could go on from it. Only the one that has locked the journal knows that no other
 * does. */
static bool is_worth_nothing(const struct copy *c)
{
    return c->journal.fd >= 0 && !records_any(c->records);
}

static bool can_go_on(const struct copy *c)
{
    return c->stage.keep && c->share;
}

/* Whoever interrupts a copy knows that it is incomplete, but not that it isn't lost. */
static void note_interruption(struct copy *c)
{
    c->result->outcome = OUTCOME_INTERRUPTED;
    if (!can_go_on(c))
        return;
    complaint_make(&c->why, EINTR, c->dst.path, "interrupted",
                   "--resume goes on from what is copied");
    c->result->error = complaint_sentence(&c->why);
}

static void note_failure(struct copy *c)
{
    const char *hint = can_go_on(c) ? " (--resume goes on from what is copied)" : "";
    if (c->spoilt)
        complaint_add(&c->why, " (the destination was written in place and is now incomplete)");
    complaint_add(&c->why, "%s", hint);
    c->result->outcome = OUTCOME_FAILED;
    if (!c->elsewhere || asprintf(&c->result->error, "%s%s", c->elsewhere, hint) < 0)
        c->result->error = complaint_sentence(&c->why);
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
                       .witness = {.fd = -1},
                       .medium = -1,
                       .journal = {.fd = -1}};
}

static int begin_anew(struct copy *c)
{
    copy_release_result(c->result);
    struct location src = c->src_at, dst = c->dst_at;
    step_release(c);
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
        note_interruption(c);
    else if (rc < 0)
        note_failure(c);
    else if (c->lacking)
        result->error = complaint_sentence(&c->why);
    step_release(c);
    free(c);
}

void copy_release_result(struct copy_result *result)
{
    free(result->error);
    free(result->nodes);
    result->error = NULL;
    result->nodes = NULL;
}
