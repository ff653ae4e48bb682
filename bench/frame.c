/* SPDX-License-Identifier: MIT */
#include "frame.h"
#include "base/clock.h"
#include "base/diag.h"
#include "child.h"
#include "copy/copy.h"

#include <errno.h>

static void ignore_plan(void *arg, const struct source *src, const struct destination *dst,
                        const struct facts *facts, const struct plan *plan)
{
    (void)arg, (void)src, (void)dst, (void)facts, (void)plan;
}

static void ignore_tick(void *arg, off_t done, off_t size)
{
    (void)arg, (void)done, (void)size;
}

static void ignore_phase(void *arg, const char *name)
{
    (void)arg, (void)name;
}

static void ignore_remark(void *arg, const char *dst, const char *what, const char *why)
{
    (void)arg, (void)dst, (void)what, (void)why;
}

static int copy(void *argument)
{
    const struct task *task = argument;
    const struct copy_rules rules = {
        .wishes = {.engine = &engine_null, .jobs = task->jobs, .sync = task->fsync}};
    const struct copy_observer observer = {.planned = ignore_plan,
                                           .tick = ignore_tick,
                                           .phase = ignore_phase,
                                           .remark = ignore_remark,
                                           .warn = ignore_remark};
    struct copy_result result;
    struct location src = location_of(task->src), dst = location_of(task->dst);
    copy_file(&src, &dst, &rules, &observer, &result);
    if (result.error)
        diag_print("%s", result.error);
    copy_release_result(&result);
    return result.outcome == OUTCOME_COPIED ? 0 : -EIO;
}

int frame_run(const struct method *method, const struct task *task, struct measurement *measurement,
              struct trouble *trouble)
{
    struct task own = *task;
    struct rusage usage;
    double start = clock_seconds();
    int err = child_call(method->name, copy, &own, &usage, trouble);
    if (err)
        return err;
    measurement->seconds = clock_seconds() - start;
    measurement->cpu_seconds = child_cpu_seconds(&usage);
    measurement->peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
    return 0;
}
