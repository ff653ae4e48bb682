/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "child.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

enum {
    LINE_ARGUMENTS = METHOD_ARGUMENTS + 16
}; /* strace's, the fsync argument and the NULL, too */

struct line {
    char *argv[LINE_ARGUMENTS];
    size_t count;
    char text[5 * PATH_MAX];
    size_t used;
};

/* Appends an argument, its placeholder replaced. */
static void append(struct line *line, const char *argument, const struct task *task)
{
    if (task->jobs == 0 && strstr(argument, "@JOBS"))
        return; /* the command's own choice */
    char jobs[16];
    snprintf(jobs, sizeof(jobs), "%u", task->jobs);
    const char *const values[][2] = {{"@MPCP", task->mpcp},
                                     {"@SRC", task->src},
                                     {"@DST", task->dst},
                                     {"@JOBS", jobs},
                                     {"@CALLS", task->calls}};
    size_t plain = strcspn(argument, "@");
    const char *value = "";
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (strcmp(argument + plain, values[i][0]) == 0)
            value = values[i][1];
    }
    char *to = line->text + line->used;
    size_t room = sizeof(line->text) - line->used;
    int len = snprintf(to, room, "%.*s%s", (int)plain, argument, value);
    assert(len >= 0 && (size_t)len < room && line->count < LINE_ARGUMENTS - 1);
    line->used += (size_t)len + 1;
    line->argv[line->count++] = to;
}

static void append_all(struct line *line, const char *const *arguments, const struct task *task)
{
    for (; *arguments; arguments++)
        append(line, *arguments, task);
}

static void write_copy(struct line *line, const struct method *method, const struct task *task)
{
    static const char *const count[] = {"strace", "-f", "-c", "-o", "@CALLS", NULL};
    if (task->calls)
        append_all(line, count, task);
    append(line, method->argv[0], task);
    if (task->fsync && method->fsync_argument)
        append(line, method->fsync_argument, task);
    append_all(line, method->argv + 1, task);
}

/* For a tree, syncing its directory would not reach what is in it. */
static void write_sync(struct line *line, const struct task *task)
{
    static const char *const file[] = {"sync", "@DST", NULL};
    static const char *const tree[] = {"sync", "-f", "@DST", NULL};
    append_all(line, task->tree ? tree : file, task);
}

static int run_one(struct line *line, struct together *together, struct measurement *measurement,
                   struct trouble *trouble)
{
    struct rusage usage;
    int err = child_command(line->argv, &usage, together, trouble);
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
    write_copy(&copy, method, task);
    write_sync(&sync, task);

    *measurement = (struct measurement){0};
    double start = clock_seconds();
    int err = run_one(&copy, task->together, measurement, trouble);
    if (!err && task->fsync && !method->fsync_argument)
        err = run_one(&sync, NULL, measurement, trouble);
    measurement->seconds = clock_seconds() - start;
    return err;
}
