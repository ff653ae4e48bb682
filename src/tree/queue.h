/* SPDX-License-Identifier: MIT */
/*
 * What is still to be done, for all processes of the crew: in memory that they share. The task that
 * was pushed last is taken first, so that a tree is gone through depth first and only the names
 * beside the path are kept. Another node is given what would be taken last, because most lies below
 * that.
 */
#pragma once

#include "base/arena.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct errand;
struct folder;
struct twin;

enum task_kind {
    TASK_DIRECTORY, /* walk it: an entry of `folder`, or an operand */
    TASK_FILE,      /* copy this large file, an entry of `folder` */
    TASK_TWIN,      /* give the file a further name in `folder` */
};

/* The outcome of a task that another node was given. */
enum task_state { TASK_OPEN, TASK_ENDED, TASK_LOST };

struct task {
    struct task *next, *before; /* in the queue; `before` only if it isn't huge */
    enum task_kind kind;
    enum task_state state;
    bool huge;  /* all CPUs should work at it together */
    bool bound; /* for the first node, which knows the twins, and leads what all do together */
    struct folder *folder;
    struct twin *twin; /* TASK_TWIN: of which file */
    char *dst_name;    /* of the entry in the destination */
    char name[];       /* and in the source */
};

struct queue {
    pthread_mutex_t mutex;    /* on this, on the folders, on the twins, on the arena */
    _Atomic uint32_t changes; /* each is a reason to look again */
    unsigned waiting; /* how many wait for one; including those that were killed meanwhile */
    struct arena *arena;
    struct task *first, *last, *huge;
    struct task *bound;   /* tasks that must go to the first node; empty there */
    size_t length;        /* from the first to the last */
    unsigned busy;        /* tasks that were taken and haven't ended */
    unsigned away;        /* reasons to expect more from other nodes: tasks that they have */
    struct errand *ended; /* each is all that another node has asked for in one folder, done */
    bool guest;           /* the tree is another node's, where the twins are known */
    bool wanted;          /* other nodes would take some */
    int bell; /* written to when the crew's parent has to look at this; -1: nobody has */
    struct folder *nests;  /* all nests that there are, see folder.h */
    unsigned long serials; /* of folders: the latest that was given */
    bool stopped, broken;
};

/* Makes one, in an arena of its own. NULL: no memory. */
struct queue *queue_create(void);
void queue_destroy(struct queue *queue);

/* Nobody else sees or changes what is shared until queue_unlock. */
void queue_lock(struct queue *queue);
void queue_unlock(struct queue *queue);

/* A task with those names, for queue_push. NULL: no memory. */
struct task *queue_task(struct queue *queue, enum task_kind kind, struct folder *folder,
                        const char *name, const char *dst_name);

/* Frees a task that was not pushed. */
void queue_forget(struct queue *queue, struct task *task);

/* Pushes a list of them, linked by `next`, which may be NULL. */
void queue_push(struct queue *queue, struct task *list);

/* Takes one, and waits for it while another that is being done may push some. NULL: there will be
 * none, or the queue was stopped. Huge ones are given only to a process that is `alone`. queue_end
 * must follow. */
struct task *queue_take(struct queue *queue, bool alone);
void queue_end(struct queue *queue, struct task *task);

/* The process that was busy is gone, and everything that is still there can be taken again. */
void queue_restart(struct queue *queue);

/* Nobody may take any more. */
void queue_stop(struct queue *queue);

/* --- for the process that speaks with other nodes --- */

/* More may come from there, although nobody is busy; or no more. */
void queue_expect(struct queue *queue);
void queue_expect_no_more(struct queue *queue);

/* Takes up to `most` of the tasks that would be taken last, all in one folder, if fits(arg, task)
 * says so: a list. Each of them has to come back through queue_return. */
struct task *queue_give(struct queue *queue, size_t most, bool (*fits)(void *, const struct task *),
                        void *arg);

/* The same for those that are bound for the first node. */
struct task *queue_give_bound(struct queue *queue, size_t most);

/* Pushes a list of tasks that were given away and had that outcome: whoever takes one ends it. */
void queue_return(struct queue *queue, struct task *list, enum task_state state);

/* Rings the bell. */
void queue_ring(const struct queue *queue);
