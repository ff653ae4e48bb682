/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int calls_check(struct trouble *trouble)
{
    /* NOLINTNEXTLINE(cert-env33-c): a fixed command, by the PATH of who asks for it */
    if (system("strace -V >/dev/null 2>&1") == 0)
        return 0;
    return trouble_say(trouble, ENOENT, "--syscalls: strace counts them, and it can't be run here");
}

/* "% time, seconds, usecs/call, calls, errors (if any), name". The line of sums is left out: older
 * versions leave a column of it empty. */
static bool read_line(const char *line, struct call *call)
{
    char errors_or_name[CALLS_NAME], name[CALLS_NAME] = "";
    unsigned long long count;
    double ignored[3];
    int fields = sscanf(line, "%lf %lf %lf %llu %31s %31s", &ignored[0], &ignored[1], &ignored[2],
                        &count, errors_or_name, name);
    if (fields < 5 || strstr(line, " total"))
        return false;
    snprintf(call->name, sizeof(call->name), "%s", fields == 6 ? name : errors_or_name);
    call->count = count;
    return true;
}

/* Keeps the most frequent ones. */
static void add(struct calls *calls, const struct call *call)
{
    size_t i = CALLS_TOP;
    calls->total += call->count;
    while (i > 0 && calls->top[i - 1].count < call->count)
        i--;
    if (i == CALLS_TOP)
        return;
    memmove(&calls->top[i + 1], &calls->top[i], (CALLS_TOP - 1 - i) * sizeof(*call));
    calls->top[i] = *call;
}

int calls_read(FILE *file, struct calls *calls)
{
    char line[512];
    struct call call;
    *calls = (struct calls){0};
    while (fgets(line, sizeof(line), file)) {
        if (read_line(line, &call))
            add(calls, &call);
    }
    return calls->total > 0 ? 0 : -EINVAL;
}
