/* SPDX-License-Identifier: MIT */
#include "tree/queue.h"
#include "base/signals.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_AGAIN_NS = 100000000 }; /* who waits looks for a signal so often */

static void make_shared(struct queue *q)
{
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&q->mutex, &mutex);
    pthread_mutexattr_destroy(&mutex);
}

struct queue *queue_create(void)
{
    struct arena *arena = arena_create();
    struct queue *q = arena ? arena_get(arena, sizeof(*q)) : NULL;
    if (!q)
        return NULL;
    q->arena = arena;
    make_shared(q);
    return q;
}

void queue_destroy(struct queue *q)
{
    if (q)
        arena_destroy(q->arena);
}

/* Who had it was killed: what is shared may be half done, and nobody goes on with it. */
static void mend(struct queue *q, int rc)
{
    if (rc != EOWNERDEAD)
        return;
    pthread_mutex_consistent(&q->mutex);
    q->broken = q->stopped = true;
}

void queue_lock(struct queue *q)
{
    mend(q, pthread_mutex_lock(&q->mutex));
}

void queue_unlock(struct queue *q)
{
    pthread_mutex_unlock(&q->mutex);
}

/* --- waiting ---
 * Not by a condition variable: if a process is killed while it waits for one, those of some C
 * libraries have whoever wakes the others wait for it for ever. */

/* The queue is locked. */
static void tell_change(struct queue *q)
{
    q->changes++;
    if (q->waiting > 0)
        syscall(SYS_futex, &q->changes, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* The same; in between it isn't. */
static void wait_for_change(struct queue *q)
{
    const struct timespec most = {.tv_nsec = LOOK_AGAIN_NS};
    uint32_t seen = q->changes;
    q->waiting++;
    queue_unlock(q);
    syscall(SYS_futex, &q->changes, FUTEX_WAIT, seen, &most, NULL, 0);
    queue_lock(q);
    q->waiting--;
}

/* --- tasks --- */

static size_t task_len(const char *name, const char *dst_name)
{
    return sizeof(struct task) + strlen(name) + 1 + strlen(dst_name) + 1;
}

struct task *queue_task(struct queue *q, enum task_kind kind, struct folder *folder,
                        const char *name, const char *dst_name)
{
    queue_lock(q);
    struct task *task = q->broken ? NULL : arena_get(q->arena, task_len(name, dst_name));
    queue_unlock(q);
    if (!task)
        return NULL;
    task->kind = kind;
    task->folder = folder;
    task->dst_name = stpcpy(task->name, name) + 1;
    strcpy(task->dst_name, dst_name);
    return task;
}

/* The queue is locked. */
static void free_task(struct queue *q, struct task *task)
{
    if (!q->broken)
        arena_put(q->arena, task, task_len(task->name, task->dst_name));
}

void queue_forget(struct queue *q, struct task *task)
{
    queue_lock(q);
    free_task(q, task);
    queue_unlock(q);
}

static void push_one(struct queue *q, struct task *task)
{
    struct task **list = task->huge ? &q->huge : &q->first;
    q->length += !task->huge;
    task->next = *list;
    *list = task;
}

void queue_push(struct queue *q, struct task *list)
{
    if (!list)
        return;
    queue_lock(q);
    for (struct task *next; list && !q->broken; list = next) {
        next = list->next;
        push_one(q, list);
    }
    tell_change(q);
    queue_unlock(q);
}

static struct task *pop(struct queue *q, bool alone)
{
    struct task **list = q->first || !alone ? &q->first : &q->huge;
    struct task *task = *list;
    if (task) {
        *list = task->next;
        q->length -= list == &q->first;
        q->busy++;
    }
    return task;
}

struct task *queue_take(struct queue *q, bool alone)
{
    struct task *task = NULL;
    queue_lock(q);
    while (!q->stopped && !signals_fatal() && !(task = pop(q, alone)) && q->busy > 0)
        wait_for_change(q);
    queue_unlock(q);
    return task;
}

void queue_end(struct queue *q, struct task *task)
{
    queue_lock(q);
    free_task(q, task);
    if (--q->busy == 0 && !q->first)
        tell_change(q);
    queue_unlock(q);
}

void queue_stop(struct queue *q)
{
    queue_lock(q);
    q->stopped = true;
    tell_change(q);
    queue_unlock(q);
}

void queue_restart(struct queue *q)
{
    queue_lock(q);
    q->stopped = q->broken;
    q->busy = 0;
    queue_unlock(q);
}
