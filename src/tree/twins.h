/* SPDX-License-Identifier: MIT */
/*
 * Twins: further names of a file that was met before. The first process to meet it copies it; for
 * the others, that copy is given one more name, as soon as it is whole and has its own. All of it
 * lies in memory that the crew shares.
 */
#pragma once

#include "base/checksum.h"
#include "base/file_id.h"
#include "tree/folder.h"
#include "tree/queue.h"

#include <stdbool.h>

enum twin_state {
    TWIN_COMING, /* its first copy is being made */
    TWIN_WHOLE,  /* it has its name */
    TWIN_FAILED, /* it couldn't be made: the next one is the first */
};

/* A file that may have several names. */
struct twin {
    struct twin *next;    /* of the same hash */
    struct twin *in_nest; /* the next one whose copy is in the same nest */
    struct file_id src, dst;
    enum twin_state state;
    struct checksum checksum; /* of the first copy, if there is one */
    struct folder *folder;    /* of the first copy, while it is coming */
    struct task *waiting;     /* to be pushed when that is whole, or has failed */
    char *path;               /* of the first copy */
    char *place; /* its path until all directories above have their names; NULL: the same */
    char *name;  /* the part of it after the last slash */
};

struct twins;

struct twins *twins_create(struct queue *queue);

enum twin_claim {
    TWIN_FIRST, /* copy it, then call twin_conclude */
    TWIN_LINK,  /* link to twin->path */
    TWIN_NEST,  /* link to twin->name in the same folder, which is a nest of ours */
    TWIN_WAITS, /* `task` was left with it, and will be pushed later */
    TWIN_NO_MEMORY,
};

/* What is to be done about the file `src`, which should get a further name in `folder`. *task,
 * which was made by queue_task, is kept only with TWIN_WAITS, and may be NULL. */
enum twin_claim twins_claim(struct twins *twins, struct file_id src, struct folder *folder,
                            struct task *task, struct twin **twin);

/* The first copy has been made, as `dst`, and is called `path`, or will be and is called `place`
 * now (otherwise NULL); or it couldn't be made (path NULL). If it lies in a nest, it joins
 * *in_nest, and isn't whole before twins_publish. */
void twin_conclude(struct twins *twins, struct twin *twin, const char *path, const char *place,
                   struct file_id dst, struct twin **in_nest);

/* Those whose first copy was to be made by a process that was killed have failed. Nobody else is at
 * work. */
void twins_abandon(struct twins *twins);

/* The nest of those has got its name; or it is gone, and they with it. */
void twins_publish(struct twins *twins, struct twin *first, bool whole);
