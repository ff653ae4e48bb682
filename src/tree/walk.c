/* SPDX-License-Identifier: MIT */
#include "tree/walk.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "base/signals.h"
#include "tree/directory.h"
#include "tree/foreign.h"
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
    struct task *tasks; /* those that can be begun when it has its name */
    unsigned count;     /* how many of them */
    struct twin *twins; /* files whose copies are in it, while it is a nest */
};

/* --- its entries --- */

/* What is mounted here may not be mounted on other nodes. */
static bool is_of_this_node(const struct entry *e)
{
    const int *fds = e->in->fds;
    return filesystem_is_mounted_on(fds[TREE_SOURCE], e->name, e->follow) ||
           (!e->in->folder->made &&
            filesystem_is_mounted_on(fds[TREE_DESTINATION], e->dst_name, true));
}

/* Must the first node do it? */
static bool is_bound(const struct entry *e, enum task_kind kind)
{
    if (kind == TASK_DIRECTORY)
        return hand_has_partners(e->hand) && is_of_this_node(e);
    return entry_may_have_twins(e);
}

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
    task->bound = task->huge || is_bound(e, kind);
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
    else if (w->hand->queue->guest && entry_may_have_twins(e)) /* only the first node knows it */
        put_off(w, TASK_TWIN, e);
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

/* Nobody who interrupts it wants half of it. */
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

/* With -x, a directory on which something is mounted is made, but stays empty. */
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

/* The entry of a task that failed with what was said. */
static void conclude_task(struct hand *h, const struct task *task)
{
    static const enum kind kinds[] = {
        [TASK_DIRECTORY] = KIND_DIRECTORY, [TASK_FILE] = KIND_FILE, [TASK_TWIN] = KIND_UNKNOWN};
    struct copy_result result = {.outcome = OUTCOME_FAILED};
    char *src = folder_path(task->folder, TREE_SOURCE, task->name);
    char *dst = folder_path(task->folder, TREE_DESTINATION, task->dst_name);
    hand_conclude(h, kinds[task->kind], src ? src : task->name, dst ? dst : task->dst_name, &result,
                  (struct rest){0});
    free(src);
    free(dst);
}

/* `says` has a %s for the source's name. */
static void say_of_task(struct hand *h, const struct task *task, int err, const char *says)
{
    char *path = folder_path(task->folder, TREE_SOURCE, task->name);
    hand_fail(h, err, says, path ? path : task->name);
    free(path);
}

static void fail_task(struct hand *h, const struct task *task, int err, const char *says)
{
    say_of_task(h, task, err, says);
    conclude_task(h, task);
}

/* Back to the first node, as if it hadn't been given away. */
static void hand_back(struct hand *h, const struct task *task)
{
    struct folder *f = task->folder;
    struct task *back = queue_task(h->queue, task->kind, f, task->name, task->dst_name);
    if (!back) {
        fail_task(h, task, ENOMEM, "cannot copy %s");
        return;
    }
    back->huge = task->huge;
    back->bound = true;
    h->headway->unfinished += task->kind == TASK_DIRECTORY;
    folder_expect(h->queue, f, 1);
    queue_push(h->queue, back);
}

static void do_in(struct hand *h, struct opened *in, const struct task *task)
{
    struct entry e = entry_of(h, in, task->name, task->dst_name);
    if (task->kind == TASK_DIRECTORY && h->queue->guest && is_of_this_node(&e)) {
        hand_back(h, task);
    } else if (task->kind == TASK_DIRECTORY) {
        e.src.st_mode = S_IFDIR;
        walk_directory(&e);
    } else if (entry_look(&e, true)) {
        entry_copy(&e);
    }
    entry_close(&e);
}

/* Something else may be mounted above it on this node. */
static bool is_seen_elsewhere(const struct hand *h, int err)
{
    return h->queue->guest && (err == EXDEV || err == ESTALE || err == ENOENT);
}

static void fail_to_open(struct hand *h, const struct task *task)
{
    int err = errno;
    if (is_seen_elsewhere(h, err))
        hand_back(h, task);
    else
        fail_task(h, task, err,
                  task->folder->foreign ? "cannot copy %s: cannot open the directory that another "
                                          "node sees it in"
                                        : "cannot open the directory of %s again");
}

/* Nothing more will be found through it. */
static void finish_task(struct hand *h, const struct task *task)
{
    if (task->kind == TASK_DIRECTORY)
        h->headway->unfinished--;
    settle(h, task->folder);
}

static void do_task(struct hand *h, const struct task *task)
{
    struct opened *in = foreign_take(h, task->folder);
    if (in) {
        do_in(h, in, task);
        opening_release(in);
    } else {
        fail_to_open(h, task);
    }
}

/* What the other node has said about it came before. */
static void tell_lost(struct hand *h, const struct task *task)
{
    fail_task(h, task, 0, "cannot copy %s: the node that was to do it is gone");
}

void walk_task(struct hand *h, struct task *task)
{
    if (h->doing)
        h->doing->task = task;
    if (task->state == TASK_OPEN)
        do_task(h, task);
    else if (task->state == TASK_LOST)
        tell_lost(h, task);
    if (h->doing)
        h->doing->task = NULL;
    finish_task(h, task);
}

/* --- what a killed process has left --- */

/* The directory that it was filling; or that it had made, and was about to fill or to leave. */
static struct folder *filled_by(struct queue *q, const struct doing *d)
{
    return d->folder || !d->task ? d->folder
                                 : folder_find_nest(q, d->task->folder, d->task->dst_name);
}

/* A file in it may be half written. A directory that isn't new has only whole ones. */
static void abandon_folder(struct hand *h, struct folder *f)
{
    if (f->hidden || f->nest)
        nest_remove(h, f);
    folder_expect(h->queue, f->parent, 1);
    settle(h, f);
}

/* What was said is about a directory, if there is one; otherwise about the task. */
static void conclude_killed(struct hand *h, const struct doing *d, struct folder *filled)
{
    struct folder *f = h->queue->broken ? NULL : filled ? filled : d->ending;
    if (f)
        settle_note(h, f);
    else if (d->task)
        conclude_task(h, d->task);
}

void walk_abandon(struct hand *h, const struct doing *d)
{
    struct folder *filled = h->queue->broken ? NULL : filled_by(h->queue, d);
    if (d->task)
        say_of_task(h, d->task, 0, "the process that copied %s was killed");
    conclude_killed(h, d, filled);
    if (h->queue->broken)
        return;
    if (filled)
        abandon_folder(h, filled);
    if (d->ending)
        settle_ended(h, d->ending);
    if (d->task)
        finish_task(h, d->task);
}
