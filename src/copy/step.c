/* SPDX-License-Identifier: MIT */
#include "copy/step.h"
#include "base/complaint.h"
#include "base/signals.h"
#include "base/size.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

bool step_waits(const struct copy *c)
{
    c->observer->tick(c->observer->arg, -1, -1);
    return !signals_fatal();
}

bool step_pause(const struct copy *c)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    nanosleep(&tenth, NULL);
    return step_waits(c);
}

int step_fail(struct copy *c, int rc, const char *path, const char *what)
{
    return complaint_make_errno(&c->why, -rc, path, "%s", what);
}

int step_fail_room(struct copy *c, int rc)
{
    char need[SIZE_TEXT];
    complaint_as_cp(&c->why, -rc, "error writing %s", c->dst.path);
    complaint_add(&c->why, " (reserving %s)", size_format((uint64_t)c->plan.data, need));
    return rc;
}

/* One that stays beside a whole copy is told: nobody needs it, nor expects it. */
static void remove_journal(struct copy *c)
{
    int rc = journal_remove(&c->journal);
    if (rc < 0 && c->result->outcome == OUTCOME_COPIED)
        step_warn(c, "cannot remove its journal", strerror(-rc));
}

void step_release(struct copy *c)
{
    step_release_ways(c);
    follower_release(&c->follower);
    share_destroy(c->share);
    if (c->records != step_shared_records(c))
        records_destroy(c->records);
    extents_release(&c->extents);
    io_close(&c->medium);
    attributes_release(&c->kept);
    stage_discard(&c->stage);
    stage_discard(&c->witness);
    if (!c->stage.keep) /* last, because its lock is what keeps others from the staged file */
        remove_journal(c);
    journal_close(&c->journal);
    inspect_release_destination(&c->dst);
    inspect_close_source(&c->src);
    io_close(&c->lock);
    free(c->elsewhere);
}

void step_forget(struct copy *c)
{
    c->stage.keep = false;
}

int step_fail_disk(struct copy *c, int rc)
{
    if (rc == -EMFILE || rc == -ENFILE) /* it wasn't even asked */
        return step_fail(c, rc, c->dst.path, "cannot find out whether it is written");
    step_forget(c);
    complaint_as_cp(&c->why, -rc, "error writing %s", c->dst.path);
    complaint_add(&c->why, " (on its way to the disk)");
    return rc;
}

bool step_overwrites(const struct copy *c)
{
    return c->stage.kind == STAGE_IN_PLACE && c->dst.exists &&
           inspect_is_seekable(c->dst.st.st_mode);
}

static void tick(void *arg)
{
    struct copy *c = arg;
    off_t kept = share_kept(c->share), done = share_done(c->share), elsewhere = 0;
    if (c->grants) {
        c->grants->done = done;
        elsewhere = c->grants->elsewhere;
        c->share->elsewhere = elsewhere;
        step_heed_speaker(c);
    }
    if (kept > 0)
        c->observer->kept(c->observer->arg, kept);
    c->observer->tick(c->observer->arg, done + elsewhere, c->share->size);
}

struct ending step_run(struct copy *c, const struct work *work, enum phase phase, unsigned jobs,
                       off_t size)
{
    share_begin(c->share, phase, size, c->records ? c->plan.chunk_len : c->plan.page);
    if (c->grants)
        c->grants->jobs = jobs > 0 ? jobs : 1;
    struct ending ending =
        worker_run_all(work, c->share, jobs, (struct ticker){.tick = tick, .arg = c});
    if (c->grants)
        c->grants->done = share_done(c->share);
    return ending;
}
