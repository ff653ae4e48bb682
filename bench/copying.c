/* SPDX-License-Identifier: MIT */
#include "copying.h"
#include "base/signals.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

/* A user copies once, after a pause. In a pause, free memory may go back to the host of a virtual
 * machine, and getting it again may be slow. */
static int rest(unsigned seconds, struct trouble *trouble)
{
    struct timespec left = {.tv_sec = seconds};
    while (nanosleep(&left, &left) < 0)
        if (signals_fatal())
            return trouble_note(trouble, EINTR, "rest");
    return 0;
}

/* Otherwise neither the medium is waited for nor the memory that the last copy has freed. A tree
 * leaves so much that the next copy would wait for it in any case. */
static int settle(const struct settings *settings, const struct workspace *workspace,
                  struct trouble *trouble)
{
    if (settings->tree)
        return tree_settle(workspace->dir, trouble);
    if (settings->cold || settings->fsync || settings->idle > 0)
        return workspace_settle(workspace, trouble);
    return 0;
}

/* The same state before each run, whatever the last one and its comparison left behind. */
static int prepare(struct series *series, const struct settings *settings,
                   const struct workspace *workspace, struct trouble *trouble)
{
    uint64_t resident = 0;
    int err = settle(settings, workspace, trouble);
    if (!err && settings->cold)
        err = subject_evict(series->subject, workspace, settings->forget, &resident, trouble);
    else if (!err)
        err = subject_warm(series->subject, workspace, trouble);
    if (series->not_evicted < resident)
        series->not_evicted = resident;
    return err ? err : rest(settings->idle, trouble);
}

/* Unlinking a copy right after its comparison throws its dirty pages away before anyone writes
 * them. A tree is compared whole once, and counted afterwards. */
static int check(const struct series *series, struct cell *cell, bool whole,
                 const struct workspace *workspace, struct trouble *trouble)
{
    char name[SERIES_NAME];
    int err = subject_compare(series->subject, workspace, &series->census, series_name(cell, name),
                              whole, &cell->shortfall, trouble);
    return err ? err : workspace_clear(workspace, trouble);
}

struct task copying_task(const struct series *series, const struct cell *cell,
                         const struct settings *settings, const struct workspace *workspace)
{
    return (struct task){.mpcp = settings->mpcp,
                         .src = subject_source(series->subject, workspace),
                         .dst = workspace->dst,
                         .size = series->size,
                         .jobs = cell->jobs,
                         .fsync = settings->fsync,
                         .tree = settings->tree};
}

int copying_run(struct series *series, struct cell *cell, const struct task *task, bool whole,
                struct measurement *measurement, const struct settings *settings,
                const struct workspace *workspace, struct trouble *trouble)
{
    bool file = !cell->method->in_memory, compare = file && !cell->method->moves_nothing;
    int err = file ? prepare(series, settings, workspace, trouble) : 0;
    if (!err && signals_fatal())
        err = trouble_note(trouble, EINTR, cell->method->name);
    if (!err)
        err = cell->method->run(cell->method, task, measurement, trouble);
    if (!err && compare)
        err = check(series, cell, whole, workspace, trouble);
    if (err && file) {
        struct trouble ignored; /* what went wrong first is what counts */
        workspace_clear(workspace, &ignored);
    } else if (file && !compare) {
        err = workspace_clear(workspace, trouble);
    }
    return err;
}

void copying_show(const struct cell *cell, const char *what)
{
    char name[SERIES_NAME];
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%s: %s", what, series_name(cell, name));
}

void copying_hide(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}
