/* SPDX-License-Identifier: MIT */
#include "tree/twins.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { FEWEST = 1024 }; /* buckets; a power of 2 */

struct twins {
    struct queue *queue;
    struct twin **buckets;
    size_t count, room; /* twins; buckets */
};

struct twins *twins_create(struct queue *q)
{
    struct twins *t = arena_get(q->arena, sizeof(*t));
    if (!t)
        return NULL;
    t->queue = q;
    t->room = FEWEST;
    t->buckets = arena_get(q->arena, t->room * sizeof(struct twin *));
    return t->buckets ? t : NULL;
}

/* --- finding; the queue is locked --- */

static struct twin **bucket_of(const struct twins *t, struct file_id id)
{
    return &t->buckets[XXH3_64bits(&id, sizeof(id)) & (t->room - 1)];
}

/* Without memory for more buckets, the lists only become longer. */
static void grow(struct twins *t)
{
    struct twin **old = t->buckets;
    size_t was = t->room;
    t->buckets = arena_get(t->queue->arena, 2 * was * sizeof(struct twin *));
    if (!t->buckets) {
        t->buckets = old;
        return;
    }
    t->room = 2 * was;
    for (size_t i = 0; i < was; i++)
        for (struct twin *twin = old[i], *next; twin; twin = next) {
            struct twin **bucket = bucket_of(t, twin->src);
            next = twin->next;
            twin->next = *bucket;
            *bucket = twin;
        }
    arena_put(t->queue->arena, old, was * sizeof(struct twin *));
}

static struct twin *find_or_add(struct twins *t, struct file_id src)
{
    struct twin **bucket = bucket_of(t, src);
    for (struct twin *twin = *bucket; twin; twin = twin->next)
        if (file_id_equal(twin->src, src))
            return twin;
    struct twin *twin = arena_get(t->queue->arena, sizeof(*twin));
    if (!twin)
        return NULL;
    *twin = (struct twin){.next = *bucket, .src = src, .state = TWIN_FAILED};
    *bucket = twin;
    if (++t->count > t->room)
        grow(t);
    return twin;
}

/* --- claiming --- */

static enum twin_claim claim(struct twin *twin, struct folder *folder, struct task *task)
{
    if (twin->state == TWIN_WHOLE)
        return TWIN_LINK;
    if (twin->state == TWIN_FAILED) {
        twin->state = TWIN_COMING;
        twin->folder = folder;
        twin->name = NULL;
        return TWIN_FIRST;
    }
    if (twin->folder == folder && twin->name)
        return TWIN_NEST;
    if (task) {
        task->twin = twin;
        task->next = twin->waiting;
        twin->waiting = task;
    }
    return TWIN_WAITS;
}

enum twin_claim twins_claim(struct twins *t, struct file_id src, struct folder *folder,
                            struct task *task, struct twin **twin)
{
    queue_lock(t->queue);
    *twin = t->queue->broken ? NULL : find_or_add(t, src);
    enum twin_claim result = *twin ? claim(*twin, folder, task) : TWIN_NO_MEMORY;
    queue_unlock(t->queue);
    return result;
}

/* --- concluding --- */

/* In memory that all processes see; NULL: none is left, or `path` is NULL. */
static char *keep(struct twins *t, const char *path)
{
    char *copy = path ? arena_get(t->queue->arena, strlen(path) + 1) : NULL;
    return copy ? strcpy(copy, path) : NULL;
}

static void drop(struct twins *t, char **path)
{
    if (*path)
        arena_put(t->queue->arena, *path, strlen(*path) + 1);
    *path = NULL;
}

static void forget_paths(struct twins *t, struct twin *twin)
{
    drop(t, &twin->path);
    drop(t, &twin->place);
    twin->name = NULL;
}

/* `name` points into the path. False: there is no memory left. */
static bool keep_paths(struct twins *t, struct twin *twin, const char *path, const char *place)
{
    twin->path = keep(t, path);
    twin->place = keep(t, place);
    if (!twin->path || (place && !twin->place)) {
        forget_paths(t, twin);
        return false;
    }
    const char *slash = strrchr(path, '/');
    twin->name = twin->path + (slash ? slash + 1 - path : 0);
    return true;
}

/* What has waited for it can be done now. */
static struct task *end_waiting(struct twin *twin, bool whole)
{
    struct task *waiting = twin->waiting;
    twin->state = whole ? TWIN_WHOLE : TWIN_FAILED;
    twin->folder = NULL;
    twin->waiting = NULL;
    return waiting;
}

void twin_conclude(struct twins *t, struct twin *twin, const char *path, const char *place,
                   struct file_id dst, struct twin **in_nest)
{
    struct task *waiting = NULL;
    queue_lock(t->queue);
    bool kept = !t->queue->broken && keep_paths(t, twin, path, place);
    twin->dst = dst;
    if (kept && in_nest) {
        twin->in_nest = *in_nest;
        *in_nest = twin;
    } else {
        waiting = end_waiting(twin, kept);
    }
    queue_unlock(t->queue);
    queue_push(t->queue, waiting);
}

void twins_publish(struct twins *t, struct twin *first, bool whole)
{
    for (struct twin *twin = first, *next; twin; twin = next) {
        queue_lock(t->queue);
        next = twin->in_nest;
        if (!whole)
            forget_paths(t, twin);
        struct task *waiting = end_waiting(twin, whole);
        queue_unlock(t->queue);
        queue_push(t->queue, waiting);
    }
}

void twins_abandon(struct twins *t)
{
    for (size_t i = 0; i < t->room; i++)
        for (struct twin *twin = t->buckets[i]; twin; twin = twin->next)
            if (twin->state == TWIN_COMING) {
                twin->in_nest = NULL;
                twins_publish(t, twin, false);
            }
}
