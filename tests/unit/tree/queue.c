/* SPDX-License-Identifier: MIT */
#include "tree/queue.h"
#include "support.h"

#include <signal.h>
#include <stdatomic.h>

static struct queue *queue;

static void make_queue(void)
{
    queue = queue_create();
    cr_assert_not_null(queue);
}

static void destroy_queue(void)
{
    queue_destroy(queue);
}

TestSuite(queue, .init = make_queue, .fini = destroy_queue, .timeout = 60);

static struct task *task_of(const char *name)
{
    struct task *task = queue_task(queue, TASK_DIRECTORY, NULL, name, name);
    cr_assert_not_null(task);
    return task;
}

static void push(const char *name)
{
    queue_push(queue, task_of(name));
}

static void assert_takes(const char *name)
{
    struct task *task = queue_take(queue, true);
    cr_assert_not_null(task);
    cr_assert_str_eq(task->name, name);
    queue_end(queue, task);
}

Test(queue, what_was_pushed_last_is_taken_first)
{
    push("a"), push("b");
    assert_takes("b");
    push("c");
    assert_takes("c");
    assert_takes("a");
    cr_assert_null(queue_take(queue, true));
}

Test(queue, a_task_has_its_names_and_is_of_its_kind)
{
    struct task *task = queue_task(queue, TASK_TWIN, NULL, "from", "to");
    queue_push(queue, task);
    task = queue_take(queue, false);
    cr_assert_eq(task->kind, TASK_TWIN);
    cr_assert_str_eq(task->name, "from");
    cr_assert_str_eq(task->dst_name, "to");
    queue_end(queue, task);
}

Test(queue, a_list_is_pushed_at_once)
{
    struct task *first = task_of("a");
    first->next = task_of("b");
    queue_push(queue, first);
    queue_push(queue, NULL);
    cr_assert_eq(queue->length, 2);
    assert_takes("b");
    assert_takes("a");
    cr_assert_eq(queue->length, 0);
}

Test(queue, what_is_huge_is_for_who_is_alone_and_comes_last)
{
    struct task *task = task_of("huge");
    task->huge = true;
    queue_push(queue, task);
    push("small");
    assert_takes("small");
    cr_assert_null(queue_take(queue, false));
    assert_takes("huge");
}

Test(queue, memory_of_what_has_ended_or_is_forgotten_is_used_again)
{
    struct task *task = task_of("name");
    queue_forget(queue, task);
    cr_assert_eq(task_of("name"), task);
    queue_push(queue, task);
    assert_takes("name");
    cr_assert_eq(task_of("name"), task);
}

Test(queue, nothing_is_taken_from_one_that_was_stopped)
{
    push("a");
    queue_stop(queue);
    cr_assert_null(queue_take(queue, true));
}

/* --- several processes --- */

enum { PROCESSES = 6, DEPTH = 10 };

/* Each task of a depth makes two of the next: 2^DEPTH - 1 of them. */
static void work_off(_Atomic unsigned *done)
{
    struct task *task;
    while ((task = queue_take(queue, false))) {
        unsigned left = (unsigned)atoi(task->name);
        char name[16];
        snprintf(name, sizeof(name), "%u", left - 1);
        for (int i = 0; i < 2 && left > 1; i++)
            push(name);
        ++*done;
        queue_end(queue, task);
    }
}

static pid_t fork_worker(_Atomic unsigned *done)
{
    pid_t pid = fork();
    if (pid == 0) {
        work_off(done);
        _exit(0);
    }
    return pid;
}

Test(queue, several_processes_do_each_task_once_and_end)
{
    _Atomic unsigned *done = shared_memory(sizeof(*done));
    pid_t pids[PROCESSES];
    char name[16];
    snprintf(name, sizeof(name), "%d", DEPTH);
    push(name);
    for (int i = 0; i < PROCESSES; i++)
        pids[i] = fork_worker(done);
    for (int i = 0; i < PROCESSES; i++)
        cr_assert_eq(reap(pids[i]), 0);
    cr_assert_eq(*done, (1u << DEPTH) - 1);
    cr_assert_eq(queue->length, 0);
    cr_assert_eq(queue->busy, 0);
}

/* A child takes, and tells so in *taken, and whether it got one. */
enum { NOT_YET, NONE, SOME };

static pid_t fork_taker(_Atomic int *taken)
{
    pid_t pid = fork();
    if (pid == 0) {
        *taken = queue_take(queue, false) ? SOME : NONE;
        _exit(0);
    }
    return pid;
}

static void pause_shortly(void)
{
    usleep(300000);
}

Test(queue, who_finds_nothing_waits_while_another_may_push_some)
{
    _Atomic int *taken = shared_memory(sizeof(*taken));
    push("a");
    struct task *task = queue_take(queue, true);
    pid_t pid = fork_taker(taken);
    pause_shortly();
    cr_assert_eq(*taken, NOT_YET);
    push("b");
    cr_assert_eq(reap(pid), 0);
    cr_assert_eq(*taken, SOME);
    queue_end(queue, task);
}

Test(queue, who_waits_ends_when_the_last_task_does)
{
    _Atomic int *taken = shared_memory(sizeof(*taken));
    push("a");
    struct task *task = queue_take(queue, true);
    pid_t pid = fork_taker(taken);
    pause_shortly();
    queue_end(queue, task);
    cr_assert_eq(reap(pid), 0);
    cr_assert_eq(*taken, NONE);
}

Test(queue, who_waits_ends_when_it_is_stopped)
{
    _Atomic int *taken = shared_memory(sizeof(*taken));
    push("a");
    struct task *task = queue_take(queue, true);
    pid_t pid = fork_taker(taken);
    pause_shortly();
    queue_stop(queue);
    cr_assert_eq(reap(pid), 0);
    cr_assert_eq(*taken, NONE);
    queue_end(queue, task);
}

/* --- killed ones --- */

static void kill_one_that_has_the_lock(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        queue_lock(queue);
        raise(SIGKILL);
    }
    cr_assert_eq(WTERMSIG(reap(pid)), SIGKILL);
}

Test(queue, one_whose_lock_was_held_by_who_is_killed_is_broken_and_stopped)
{
    struct task *task = task_of("a");
    push("b");
    kill_one_that_has_the_lock();
    cr_assert_null(queue_take(queue, true));
    cr_assert(queue->broken);
    cr_assert(queue->stopped);
    cr_assert_null(queue_task(queue, TASK_FILE, NULL, "c", "c"), "nobody trusts the arena");
    queue_push(queue, task);
    queue_end(queue, task);
    cr_assert_null(queue_take(queue, false));
}

Test(queue, who_waits_learns_that_it_is_broken)
{
    _Atomic int *taken = shared_memory(sizeof(*taken));
    push("a");
    queue_take(queue, true);
    pid_t pid = fork_taker(taken);
    pause_shortly();
    kill_one_that_has_the_lock();
    cr_assert_eq(reap(pid), 0);
    cr_assert_eq(*taken, NONE);
}

/* What it leaves behind must not keep those who wake others waiting for it. */
Test(queue, those_who_were_killed_while_they_waited_hinder_nobody)
{
    _Atomic int *taken = shared_memory(sizeof(*taken));
    push("a");
    struct task *task = queue_take(queue, true);
    for (int i = 0; i < 8; i++) {
        pid_t killed = fork_taker(taken);
        usleep(30000);
        kill(killed, SIGKILL);
        cr_assert_eq(WTERMSIG(reap(killed)), SIGKILL);
        *taken = NOT_YET;
        pid_t pid = fork_taker(taken);
        usleep(30000);
        push("b");
        cr_assert_eq(reap(pid), 0);
        cr_assert_eq(*taken, SOME);
    }
    queue_stop(queue);
    queue_end(queue, task);
}

Test(queue, who_was_killed_is_busy_no_more)
{
    push("a"), push("b");
    queue_take(queue, false); /* and never ends */
    queue_stop(queue);
    cr_assert_null(queue_take(queue, true));
    queue_restart(queue);
    assert_takes("a");
    cr_assert_null(queue_take(queue, true));
}
