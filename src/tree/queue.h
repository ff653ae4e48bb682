/* SPDX-License-Identifier: MIT */
/*
 * What is still to be done, for all processes of the crew: in memory that they share. The task that
 * was pushed last is taken first, so that a tree is gone through depth first and only the names
 * beside the way are kept.
 */
#pragma once

#include "base/arena.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct folder;
struct twin;

enum task_kind {
    TASK_DIRECTORY, /* walk it: an entry of `folder`, or an operand */
    TASK_FILE,      /* copy this large file, an entry of `folder` */
    TASK_TWIN,      /* give the file a further name in `folder` */
};

struct task {
    struct task *next;
    enum task_kind kind;
    bool huge; /* all CPUs are to work at it together */
    struct folder *folder;
    struct twin *twin; /* TASK_TWIN: of what file */
    char *dst_name;    /* of the entry in the destination */
    char name[];       /* and in the source */
};

struct queue {
    pthread_mutex_t mutex;    /* of this, of the folders, of the twins, of the arena */
    _Atomic uint32_t changes; /* each is a reason to look again */
    unsigned waiting;         /* for one; those who were killed meanwhile, too */
    struct arena *arena;
    struct task *first, *huge;
    size_t length;         /* of the first */
    unsigned busy;         /* tasks that were taken and haven't ended */
    struct folder *nests;  /* all that there are, see folder.h */
    unsigned long serials; /* of folders, the last that was given */
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

/* Frees one that is not pushed. */
void queue_forget(struct queue *queue, struct task *task);

/* Pushes a list of them, linked by `next`; NULL is none. */
void queue_push(struct queue *queue, struct task *list);

/* Takes one, and waits for it while another that is being done may push some. NULL: there will be
 * none, or it was stopped. Those that are huge are given only to who is `alone`. queue_end must
 * follow. */
struct task *queue_take(struct queue *queue, bool alone);
void queue_end(struct queue *queue, struct task *task);

/* Who was busy is gone, and all that is still there can be taken again. */
void queue_restart(struct queue *queue);

/* Nobody is to take any more. */
void queue_stop(struct queue *queue);
