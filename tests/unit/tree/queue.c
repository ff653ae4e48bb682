/* SPDX-License-Identifier: MIT */
#include "tree/queue.h"
#include "support.h"
#include "tree/folder.h"

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

/* A child takes a task, reports that in *taken, and whether it got one. */
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

/* What it leaves behind must not make those who wake others wait for it. */
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

/* --- for other nodes --- */

static bool any(void *arg, const struct task *task)
{
    return !arg || strcmp(arg, task->name) != 0;
}

static void assert_given(struct task *task, const char *name)
{
    cr_assert_not_null(task);
    cr_assert_str_eq(task->name, name);
}

Test(queue, another_node_gets_what_would_be_taken_last)
{
    push("a"), push("b"), push("c");
    struct task *given = queue_give(queue, 2, any, NULL);
    assert_given(given, "b");
    assert_given(given->next, "a");
    cr_assert_null(given->next->next);
    cr_assert_eq(queue->length, 1);
    assert_takes("c");
    queue_return(queue, given, TASK_ENDED);
    assert_takes("a"), assert_takes("b");
}

Test(queue, but_not_what_must_stay)
{
    push("a"), push("b"), push("c");
    char stays[] = "a";
    struct task *given = queue_give(queue, 1, any, stays);
    assert_given(given, "b");
    cr_assert_null(given->next);
    queue_return(queue, given, TASK_LOST);
    struct task *lost = queue_take(queue, false);
    cr_assert_eq(lost->state, TASK_LOST);
    queue_end(queue, lost);
    cr_assert_null(queue_give(queue, 0, any, NULL));
    assert_takes("c"), assert_takes("a");
}

Test(queue, what_has_come_back_is_not_given_away_again)
{
    push("a");
    queue_return(queue, queue_give(queue, 1, any, NULL), TASK_ENDED);
    cr_assert_null(queue_give(queue, 1, any, NULL));
}

Test(queue, all_that_is_given_at_once_is_in_one_folder)
{
    struct folder *folder = folder_create(queue, NULL, "folder", NULL);
    struct task *other = task_of("other");
    other->folder = folder;
    push("a");
    queue_push(queue, other);
    push("b");
    struct task *given = queue_give(queue, 3, any, NULL);
    assert_given(given, "b");
    assert_given(given->next, "a");
    cr_assert_null(given->next->next);
}

Test(queue, what_is_bound_for_the_first_node_is_only_there_in_its_queue)
{
    for (int guest = 0; guest < 2; guest++) {
        struct task *task = task_of("bound");
        task->bound = true;
        queue->guest = guest;
        queue_push(queue, task);
        cr_assert_eq(queue->length, !guest);
        struct task *given = queue_give_bound(queue, 10);
        if (guest)
            assert_given(given, "bound");
        else
            cr_assert_null(given);
        queue_return(queue, given, TASK_ENDED);
        assert_takes("bound");
    }
}

/* Comes back after a while. */
static void *bring_back(void *task)
{
    usleep(100000);
    queue_return(queue, task, TASK_ENDED);
    return NULL;
}

Test(queue, what_was_given_away_is_waited_for)
{
    pthread_t thread;
    push("a");
    cr_assert_eq(pthread_create(&thread, NULL, bring_back, queue_give(queue, 1, any, NULL)), 0);
    assert_takes("a");
    cr_assert_null(queue_take(queue, false));
    pthread_join(thread, NULL);
}

static void *expect_no_more(void *arg)
{
    usleep(100000);
    queue_expect_no_more(queue);
    return arg;
}

Test(queue, who_expects_more_waits_although_nobody_is_busy)
{
    pthread_t thread;
    queue_expect(queue);
    cr_assert_eq(pthread_create(&thread, NULL, expect_no_more, NULL), 0);
    cr_assert_null(queue_take(queue, false));
    cr_assert_eq(queue->away, 0);
    pthread_join(thread, NULL);
}
