/* SPDX-License-Identifier: MIT */
#include "tree/errand.h"

#include <stdlib.h>

/* --- giving --- */

/* Tasks deeper down stay: whoever does them opens everything above them. */
enum { DEEPEST = 100 };

/* Is it in an operand, and not on something else that is mounted there, perhaps only here? */
static bool is_reachable(const struct folder *f)
{
    const struct folder *top = f;
    int depth = 0;
    while (top->parent && top->parent->parent && depth++ < DEEPEST)
        top = top->parent;
    return top->parent && !top->parent->parent &&
           f->ids[TREE_SOURCE].dev == top->ids[TREE_SOURCE].dev &&
           f->ids[TREE_DESTINATION].dev == top->ids[TREE_DESTINATION].dev;
}

bool errand_fits(void *arg, const struct task *task)
{
    (void)arg;
    const struct folder *f = task->folder;
    return task->kind != TASK_TWIN && !task->bound && !task->huge && !f->hidden && !f->dry &&
           f->parent && is_reachable(f);
}

static size_t depth_of(const struct folder *f)
{
    size_t depth = 0;
    for (; f->parent; f = f->parent)
        depth++;
    return depth;
}

static struct errand_step step_of(const struct folder *f, const struct errand_view *view)
{
    return (struct errand_step){
        .name = f->name,
        .dst_name = f->dst_name,
        .inodes = {view->same[0] ? f->ids[0].ino : 0, view->same[1] ? f->ids[1].ino : 0},
        .made = f->made};
}

static bool list_steps(struct errand_text *text, const struct folder *f,
                       const struct errand_view *view)
{
    size_t depth = depth_of(f);
    text->steps = calloc(depth + 1, sizeof(*text->steps));
    text->depth = text->steps ? depth : 0;
    for (; text->steps && f->parent; f = f->parent)
        text->steps[--depth] = step_of(f, view);
    text->root = f->dst_name;
    return text->steps;
}

static bool list_items(struct errand_text *text, const struct task *list)
{
    text->items = calloc(ERRAND_MOST, sizeof(*text->items));
    for (const struct task *task = list; text->items && task; task = task->next)
        text->items[text->count++] =
            (struct errand_item){task->kind, task->huge, task->name, task->dst_name};
    return text->items;
}

void errand_describe(struct packing *p, uint64_t id, bool bound, const struct task *list,
                     const struct errand_view *view)
{
    struct errand_text text = {.id = id, .bound = bound};
    bool listed = list_steps(&text, list->folder, view) && list_items(&text, list);
    if (listed)
        errand_pack(p, &text);
    p->failed |= !listed;
    errand_text_release(&text);
}

/* --- doing --- */

static struct folder *add_folder(struct queue *q, struct folder *parent, const char *name,
                                 const char *dst_name)
{
    struct folder *f = folder_create(q, parent, name, dst_name);
    if (f)
        f->foreign = true;
    return f;
}

/* The directories above the tasks, downwards from the one that operands are copied into. */
static struct folder *build_way(struct queue *q, const struct errand_text *text,
                                const struct errand_view *view)
{
    struct folder *f = add_folder(q, NULL, "", text->root);
    if (f) {
        f->outside = true;
        f->met = true;
    }
    for (size_t i = 0; f && i < text->depth; i++) {
        const struct errand_step *step = &text->steps[i];
        struct folder *below = add_folder(q, f, step->name, step->dst_name);
        if (!below)
            return NULL;
        f = below;
        f->made = step->made;
        for (int side = 0; side < 2; side++)
            f->ids[side].ino = view->same[side] ? step->inodes[side] : 0;
    }
    return f;
}

static struct task *build_tasks(struct queue *q, struct folder *f, const struct errand_text *text)
{
    struct task *list = NULL;
    for (size_t i = 0; i < text->count; i++) {
        const struct errand_item *item = &text->items[i];
        struct task *task = queue_task(q, item->kind, f, item->name, item->dst_name);
        if (!task)
            return NULL;
        task->huge = item->huge;
        task->bound = text->bound;
        task->next = list;
        list = task;
    }
    return list;
}

static void push_tasks(struct hand *h, struct folder *f, struct task *list, size_t count)
{
    for (const struct task *task = list; task; task = task->next)
        h->headway->unfinished += task->kind == TASK_DIRECTORY;
    folder_expect(h->queue, f, (unsigned)count - 1);
    queue_push(h->queue, list);
}

static struct errand *note_errand(struct queue *q, unsigned from, uint64_t id)
{
    queue_lock(q);
    struct errand *errand = q->broken ? NULL : arena_get(q->arena, sizeof(*errand));
    queue_unlock(q);
    if (errand)
        *errand = (struct errand){.id = id, .from = from};
    return errand;
}

bool errand_accept(struct hand *h, unsigned from, const struct errand_text *text,
                   const struct errand_view *view)
{
    struct queue *q = h->queue;
    struct errand *errand = note_errand(q, from, text->id);
    struct folder *f = errand ? build_way(q, text, view) : NULL;
    struct task *tasks = f ? build_tasks(q, f, text) : NULL;
    if (tasks) {
        f->errand = errand;
        push_tasks(h, f, tasks, text->count);
    }
    return tasks; /* what was built in vain doesn't matter when there is no memory left */
}

void errand_end(struct queue *q, struct folder *f)
{
    queue_lock(q);
    if (f->errand && !q->broken) {
        f->errand->next = q->ended;
        q->ended = f->errand;
        f->errand = NULL;
    }
    queue_unlock(q);
    queue_ring(q);
}

struct errand *errand_take_ended(struct queue *q)
{
    queue_lock(q);
    struct errand *list = q->broken ? NULL : q->ended;
    q->ended = NULL;
    queue_unlock(q);
    return list;
}

void errand_forget(struct queue *q, struct errand *errand)
{
    queue_lock(q);
    if (!q->broken)
        arena_put(q->arena, errand, sizeof(*errand));
    queue_unlock(q);
}
