/* SPDX-License-Identifier: MIT */
#include "tree/walk.h"
#include "base/io.h"
#include "base/signals.h"
#include "tree/directory.h"
#include "tree/listing.h"
#include "tree/nest.h"
#include "tree/regular.h"
#include "tree/settle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One directory while it is walked. */
struct walk {
    struct hand *hand;
    struct opened *in;
    struct task *tasks; /* that can be begun when it has its name */
    unsigned count;     /* of them */
    struct twin *twins; /* whose copies are in it, while it is a nest */
};

/* --- its entries --- */

static void put_off(struct walk *w, enum task_kind kind, struct entry *e)
{
    struct folder *f = w->in->folder;
    struct task *task = queue_task(w->hand->queue, kind, f, e->name, e->dst_name);
    if (!task) {
        entry_fail_src(e, ENOMEM, "cannot copy %s");
        entry_conclude(e, OUTCOME_FAILED);
        return;
    }
    task->huge = kind == TASK_FILE && e->src.st_size >= REGULAR_HUGE;
    task->next = w->tasks;
    w->tasks = task;
    w->count++;
}

static bool is_task(const struct entry *e)
{
    return S_ISREG(e->src.st_mode) && e->src.st_size >= REGULAR_LARGE &&
           e->hand->options->rules.product == PRODUCT_COPY;
}

static void visit_known(struct walk *w, struct entry *e)
{
    hand_find(w->hand, 0, entry_size(e));
    if (S_ISDIR(e->src.st_mode))
        put_off(w, TASK_DIRECTORY, e);
    else if (is_task(e))
        put_off(w, TASK_FILE, e);
    else
        entry_copy(e);
    if (e->later)
        put_off(w, TASK_TWIN, e);
}

static void visit(struct walk *w, const struct listed *listed)
{
    struct entry e = entry_of(w->hand, w->in, listed->name, listed->name);
    e.nest = w->in->folder->nest ? &w->twins : NULL;
    bool own = strstr(listed->name, ".mpcp-") && directory_is_own(&e);
    if (own)
        return;
    if (listed->type == DT_DIR) { /* it is opened, and looked at, when its turn comes */
        e.src.st_mode = S_IFDIR;
        put_off(w, TASK_DIRECTORY, &e);
    } else if (entry_look(&e, listed->type == DT_REG)) {
        visit_known(w, &e);
    }
    entry_close(&e);
}

static void visit_all(struct walk *w, struct listing *l)
{
    ssize_t n;
    while ((n = listing_read(l)) > 0) {
        hand_find(w->hand, (long long)l->count, 0);
        for (size_t i = 0; i < l->count && !signals_fatal(); i++)
            visit(w, &l->list[i]);
    }
    if (n < 0) {
        char *path = folder_path(w->in->folder, TREE_SOURCE, NULL);
        hand_fail(w->hand, (int)-n, "cannot read directory %s", path ? path : "");
        free(path);
    }
}

static void list(struct walk *w)
{
    struct listing *l = listing_open(w->in->fds[TREE_SOURCE]);
    if (l) {
        visit_all(w, l);
        listing_close(l);
        return;
    }
    int err = errno;
    char *path = folder_path(w->in->folder, TREE_SOURCE, NULL);
    hand_fail(w->hand, err, "cannot access %s", path ? path : "");
    free(path);
}

/* --- the directory --- */

static void forget_tasks(struct walk *w)
{
    for (struct task *next; w->tasks; w->tasks = next) {
        next = w->tasks->next;
        queue_forget(w->hand->queue, w->tasks);
    }
}

static void push_tasks(struct walk *w)
{
    for (const struct task *task = w->tasks; task; task = task->next)
        w->hand->headway->unfinished += task->kind == TASK_DIRECTORY;
    folder_expect(w->hand->queue, w->in->folder, w->count);
    queue_push(w->hand->queue, w->tasks);
}

static void note(struct hand *h, struct folder *filled)
{
    if (h->doing)
        h->doing->folder = filled;
}

/* Whoever interrupts it doesn't want half of it. */
static void conclude(struct walk *w)
{
    bool whole = !signals_fatal() && nest_publish(w->hand, w->in);
    settle_note(w->hand, w->in->folder);
    note(w->hand, NULL);
    if (!whole)
        nest_discard(w->hand, w->in->folder);
    twins_publish(w->hand->twins, w->twins, whole);
    if (whole)
        push_tasks(w);
    else
        forget_tasks(w);
}

static bool is_elsewhere(const struct entry *e)
{
    const struct folder *f = e->in->folder;
    return e->hand->options->one_file_system && f->parent && e->src.st_dev != f->src.st_dev;
}

/* With -x, what is mounted is made, but empty. */
static void walk_directory(struct entry *e)
{
    struct walk w = {.hand = e->hand, .in = directory_begin(e)};
    if (!w.in) {
        entry_conclude(e, OUTCOME_FAILED);
        return;
    }
    note(w.hand, w.in->folder);
    if (!is_elsewhere(e))
        list(&w);
    conclude(&w);
    struct folder *f = w.in->folder;
    opening_release(w.in);
    folder_expect(e->hand->queue, e->in->folder, 1);
    settle(e->hand, f);
}

/* --- tasks --- */

static void do_in(struct hand *h, struct opened *in, const struct task *task)
{
    struct entry e = entry_of(h, in, task->name, task->dst_name);
    if (task->kind == TASK_DIRECTORY) {
        e.src.st_mode = S_IFDIR;
        walk_directory(&e);
    } else if (entry_look(&e, true)) {
        entry_copy(&e);
    }
    entry_close(&e);
}

/* Of a task that failed with what was said. */
static void conclude_task(struct hand *h, const struct task *task)
{
    static const enum kind kinds[] = {
        [TASK_DIRECTORY] = KIND_DIRECTORY, [TASK_FILE] = KIND_FILE, [TASK_TWIN] = KIND_UNKNOWN};
    struct copy_result result = {.outcome = OUTCOME_FAILED};
    char *src = folder_path(task->folder, TREE_SOURCE, task->name);
    char *dst = folder_path(task->folder, TREE_DESTINATION, task->dst_name);
    hand_conclude(h, kinds[task->kind], src ? src : task->name, dst ? dst : task->dst_name, &result,
                  0);
    free(src);
    free(dst);
}

static void fail_to_open(struct hand *h, const struct task *task)
{
    int err = errno;
    char *path = folder_path(task->folder, TREE_SOURCE, task->name);
    hand_fail(h, err, "cannot open the directory of %s again", path ? path : task->name);
    free(path);
    conclude_task(h, task);
}

/* No more will be found by that. */
static void finish_task(struct hand *h, const struct task *task)
{
    if (task->kind == TASK_DIRECTORY)
        h->headway->unfinished--;
    settle(h, task->folder);
}

void walk_task(struct hand *h, struct task *task)
{
    if (h->doing)
        h->doing->task = task;
    struct opened *in = opening_take(&h->openings, task->folder);
    if (in) {
        do_in(h, in, task);
        opening_release(in);
    } else {
        fail_to_open(h, task);
    }
    if (h->doing)
        h->doing->task = NULL;
    finish_task(h, task);
}

/* --- what a killed process has left --- */

static void tell_killed(struct hand *h, const struct task *task)
{
    char *path = folder_path(task->folder, TREE_SOURCE, task->name);
    hand_fail(h, 0, "the process that copied %s was killed", path ? path : task->name);
    free(path);
}

/* A file in it may be half written. What isn't new has only whole ones. */
static void abandon_folder(struct hand *h, struct folder *f)
{
    if (f->hidden)
        nest_remove(h, f);
    folder_expect(h->queue, f->parent, 1);
    settle(h, f);
}

/* What was said is about a directory, as far as there is one; else about the task. */
static void conclude_killed(struct hand *h, const struct doing *d)
{
    struct folder *f = h->queue->broken ? NULL : d->folder ? d->folder : d->ending;
    if (f)
        settle_note(h, f);
    else if (d->task)
        conclude_task(h, d->task);
}

void walk_abandon(struct hand *h, const struct doing *d)
{
    if (d->task)
        tell_killed(h, d->task);
    conclude_killed(h, d);
    if (h->queue->broken)
        return;
    if (d->folder)
        abandon_folder(h, d->folder);
    if (d->ending)
        settle_ended(h, d->ending);
    if (d->task)
        finish_task(h, d->task);
}
