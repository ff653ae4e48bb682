/* SPDX-License-Identifier: MIT */
#include "aside.h"
#include "copying.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* What comes and goes between two looks is missed. */
static int measure_memory(struct series *series, struct cell *cell, const struct settings *settings,
                          const struct workspace *workspace, struct trouble *trouble)
{
    struct measurement measurement;
    struct task task = copying_task(series, cell, settings, workspace);
    task.together = &cell->together;
    return copying_run(series, cell, &task, false, &measurement, settings, workspace, trouble);
}

static int read_calls(int fd, struct calls *calls, struct trouble *trouble)
{
    FILE *file = fdopen(fd, "re");
    if (!file) {
        close(fd);
        return trouble_note(trouble, errno, "strace");
    }
    int err = calls_read(file, calls);
    fclose(file);
    return err ? trouble_say(trouble, ECHILD, "what strace printed was not understood") : 0;
}

/* strace prints to memory, and not to where the copies are made. */
static int count_calls(struct series *series, struct cell *cell, const struct settings *settings,
                       const struct workspace *workspace, struct trouble *trouble)
{
    char path[64];
    struct measurement measurement;
    struct task task = copying_task(series, cell, settings, workspace);
    int fd = memfd_create("calls", MFD_CLOEXEC);
    if (fd < 0)
        return trouble_note(trouble, errno, "strace");
    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
    task.calls = path;
    int err = copying_run(series, cell, &task, false, &measurement, settings, workspace, trouble);
    if (!err)
        return read_calls(fd, &cell->calls, trouble);
    close(fd);
    return err;
}

struct aside {
    const char *what;
    int (*run)(struct series *series, struct cell *cell, const struct settings *settings,
               const struct workspace *workspace, struct trouble *trouble);
};

static int run_each(const struct aside *aside, struct series *series,
                    const struct settings *settings, const struct workspace *workspace,
                    struct trouble *trouble)
{
    int err = 0;
    for (size_t i = 0; i < series->count && !err; i++) {
        struct cell *cell = &series->cells[i];
        if (cell->left_out)
            continue;
        copying_show(cell, aside->what);
        err = aside->run(series, cell, settings, workspace, trouble);
        if (err && err != -EINTR) { /* what was measured is valid nevertheless */
            series_explain(cell, trouble);
            err = 0;
        }
    }
    copying_hide();
    return err;
}

int aside_run(struct series *series, const struct settings *settings,
              const struct workspace *workspace, struct trouble *trouble)
{
    static const struct aside memory = {"memory of all processes", measure_memory};
    static const struct aside calls = {"system calls", count_calls};
    int err = settings->tree ? run_each(&memory, series, settings, workspace, trouble) : 0;
    if (!err && settings->syscalls)
        err = run_each(&calls, series, settings, workspace, trouble);
    return err;
}
