/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "child.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

struct line {
    char *argv[METHOD_ARGUMENTS + 2]; /* the fsync argument and the NULL come on top */
    size_t count;
    char text[4 * PATH_MAX];
    size_t used;
};

/* Appends an argument, its placeholder replaced. */
static void append(struct line *line, const char *argument, const struct task *task)
{
    if (task->jobs == 0 && strstr(argument, "@JOBS"))
        return; /* the command's own choice */
    char jobs[16];
    snprintf(jobs, sizeof(jobs), "%u", task->jobs);
    const char *const values[][2] = {
        {"@MPCP", task->mpcp}, {"@SRC", task->src}, {"@DST", task->dst}, {"@JOBS", jobs}};
    size_t plain = strcspn(argument, "@");
    const char *value = "";
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (strcmp(argument + plain, values[i][0]) == 0)
            value = values[i][1];
    }
    char *to = line->text + line->used;
    size_t room = sizeof(line->text) - line->used;
    int len = snprintf(to, room, "%.*s%s", (int)plain, argument, value);
    assert(len >= 0 && (size_t)len < room && line->count < METHOD_ARGUMENTS + 1);
    line->used += (size_t)len + 1;
    line->argv[line->count++] = to;
}

static int run_one(struct line *line, struct measurement *measurement, struct trouble *trouble)
{
    struct rusage usage;
    int err = child_command(line->argv, &usage, trouble);
    if (err)
        return err;
    uint64_t peak = (uint64_t)usage.ru_maxrss * 1024;
    measurement->cpu_seconds += child_cpu_seconds(&usage);
    if (measurement->peak_bytes < peak)
        measurement->peak_bytes = peak;
    return 0;
}

int command_run(const struct method *method, const struct task *task,
                struct measurement *measurement, struct trouble *trouble)
{
    struct line copy = {.count = 0}, sync = {.count = 0};
    for (int i = 0; i < METHOD_ARGUMENTS && method->argv[i]; i++) {
        append(&copy, method->argv[i], task);
        if (i == 0 && task->fsync && method->fsync_argument)
            append(&copy, method->fsync_argument, task);
    }
    append(&sync, "sync", task);
    append(&sync, "@DST", task);

    *measurement = (struct measurement){0};
    double start = clock_seconds();
    int err = run_one(&copy, measurement, trouble);
    if (!err && task->fsync && !method->fsync_argument)
        err = run_one(&sync, measurement, trouble);
    measurement->seconds = clock_seconds() - start;
    return err;
}
