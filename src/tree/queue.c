/* SPDX-License-Identifier: MIT */
#include "tree/queue.h"
#include "base/mutex.h"
#include "base/signals.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_AGAIN_NS = 100000000 }; /* how often a waiting process looks for a signal */

struct queue *queue_create(void)
{
    struct arena *arena = arena_create();
    struct queue *q = arena ? arena_get(arena, sizeof(*q)) : NULL;
    if (!q)
        return NULL;
    q->arena = arena;
    q->bell = -1;
    mutex_share(&q->mutex);
    return q;
}

void queue_destroy(struct queue *q)
{
    if (q)
        arena_destroy(q->arena);
}

/* The process that held the lock was killed: what is shared may be half changed, and nobody goes on
 * with it. */
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
 * Not with a condition variable: if a process is killed while it waits for one, some C libraries
 * have whoever wakes the others wait for it for ever. */

/* The queue is locked. */
static void tell_change(struct queue *q)
{
    q->changes++;
    if (q->waiting > 0)
        syscall(SYS_futex, &q->changes, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* The same; it is unlocked while waiting. */
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

static void push_first(struct queue *q, struct task *task)
{
    task->before = NULL;
    task->next = q->first;
    if (q->first)
        q->first->before = task;
    else
        q->last = task;
    q->first = task;
    q->length++;
}

static void push_one(struct queue *q, struct task *task)
{
    struct task **list = q->guest && task->bound ? &q->bound : &q->huge;
    if (task->state == TASK_OPEN && (list == &q->bound || task->huge)) {
        task->next = *list;
        *list = task;
    } else {
        push_first(q, task);
    }
}

/* The queue is locked. */
static bool is_watched(const struct queue *q)
{
    return q->bell >= 0 && (q->bound || (q->wanted && q->length > 0));
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
    bool watched = is_watched(q);
    tell_change(q);
    queue_unlock(q);
    if (watched)
        queue_ring(q);
}

static void unlink_task(struct queue *q, struct task *task)
{
    struct task **from_before = task->before ? &task->before->next : &q->first;
    struct task **from_next = task->next ? &task->next->before : &q->last;
    *from_before = task->next;
    *from_next = task->before;
    q->length--;
}

static struct task *pop(struct queue *q, bool alone)
{
    struct task *task = q->first;
    if (task) {
        unlink_task(q, task);
    } else if (alone && q->huge) {
        task = q->huge;
        q->huge = task->next;
    }
    q->busy += task != NULL;
    return task;
}

struct task *queue_take(struct queue *q, bool alone)
{
    struct task *task = NULL;
    queue_lock(q);
    for (bool told = false;
         !q->stopped && !signals_fatal() && !(task = pop(q, alone)) && (q->busy > 0 || q->away > 0);
         told = true) {
        if (!told)
            queue_ring(q);
        wait_for_change(q);
    }
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
    q->waiting = 0;
    queue_unlock(q);
}

/* --- other nodes --- */

void queue_ring(const struct queue *q)
{
    const uint64_t one = 1;
    if (q->bell >= 0)
        (void)!write(q->bell, &one, sizeof(one)); /* if this fails, the bell is ringing already */
}

void queue_expect(struct queue *q)
{
    queue_lock(q);
    q->away++;
    queue_unlock(q);
}

void queue_expect_no_more(struct queue *q)
{
    queue_lock(q);
    q->away--;
    tell_change(q);
    queue_unlock(q);
}

/* How many are looked at: tasks may have to stay for reasons of their own. */
enum { LOOKED_AT = 64 };

struct task *queue_give(struct queue *q, size_t most, bool (*fits)(void *, const struct task *),
                        void *arg)
{
    struct task *given = NULL;
    queue_lock(q);
    struct task *task = q->broken ? NULL : q->last;
    for (int i = 0; task && most > 0 && i < LOOKED_AT; i++) {
        struct task *before = task->before;
        bool fitting = task->state == TASK_OPEN && (!given || given->folder == task->folder);
        if (fitting && fits(arg, task)) {
            unlink_task(q, task);
            task->next = given;
            given = task;
            q->away++;
            most--;
        }
        task = before;
    }
    queue_unlock(q);
    return given;
}

struct task *queue_give_bound(struct queue *q, size_t most)
{
    struct task *given = NULL, *task;
    queue_lock(q);
    while (!q->broken && most-- > 0 && (task = q->bound) &&
           (!given || given->folder == task->folder)) {
        q->bound = task->next;
        task->next = given;
        given = task;
        q->away++;
    }
    queue_unlock(q);
    return given;
}

void queue_return(struct queue *q, struct task *list, enum task_state state)
{
    unsigned count = 0;
    for (struct task *task = list; task; task = task->next, count++)
        task->state = state;
    queue_push(q, list);
    queue_lock(q);
    q->away -= count;
    tell_change(q);
    queue_unlock(q);
}
