/* SPDX-License-Identifier: MIT */
#include "copy/step.h"
#include "base/complaint.h"
#include "base/signals.h"
#include "base/size.h"

#include <errno.h>
#include <stdint.h>
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
    const struct copy *c = arg;
    c->observer->tick(c->observer->arg, share_done(c->share), c->share->size);
}

struct ending step_run(struct copy *c, const struct work *work, enum phase phase, unsigned jobs,
                       off_t size)
{
    share_begin(c->share, phase, size, c->records ? c->plan.chunk_len : c->plan.page);
    return worker_run_all(work, c->share, jobs, (struct ticker){.tick = tick, .arg = c});
}
