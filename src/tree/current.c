/* SPDX-License-Identifier: MIT */
#include "tree/current.h"

#include <stdlib.h>
#include <string.h>

/* A process that ends a task doesn't free it before it has released the lock. */
static char *path_of(const struct doing *d)
{
    const struct task *task = d->task;
    return task ? folder_path(task->folder, TREE_SOURCE, task->name) : NULL;
}

/* The first one that is working on something: if there are several, any would do. */
static char *path_of_others(const struct hand *h)
{
    char *path = NULL;
    for (unsigned i = 0; i < h->crew && !path; i++)
        path = path_of(&h->others[i]);
    return path;
}

char *current_path(const struct hand *h)
{
    char *path = NULL;
    queue_lock(h->queue);
    if (h->queue->broken)
        path = NULL;
    else if (h->others)
        path = path_of_others(h);
    else if (h->doing)
        path = path_of(h->doing);
    queue_unlock(h->queue);
    return path || !h->operand ? path : strdup(h->operand);
}

bool current_is_flushing(const struct hand *h)
{
    bool flushing = false;
    for (unsigned i = 0; i < h->crew; i++)
        flushing |= h->others[i].flushing;
    return flushing;
}
