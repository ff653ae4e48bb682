/* SPDX-License-Identifier: MIT */
/*
 * Twins: further names of a file that was met before. The first to meet it copies it; the others
 * give that copy one more name, as soon as it is whole and has its own. All of it lies in memory
 * that the crew shares.
 */
#pragma once

#include "base/file_id.h"
#include "tree/folder.h"
#include "tree/queue.h"

#include <stdbool.h>

enum twin_state {
    TWIN_COMING, /* its first copy is being made */
    TWIN_WHOLE,  /* and has its name */
    TWIN_FAILED, /* couldn't be made: the next one is the first */
};

/* A file that may have several names. */
struct twin {
    struct twin *next;    /* of the same hash */
    struct twin *in_nest; /* the next whose copy is in the same nest */
    struct file_id src, dst;
    enum twin_state state;
    struct folder *folder; /* of the first copy, while it is coming */
    struct task *waiting;  /* to be pushed when that is whole, or has failed */
    char *path;            /* of the first copy */
    char *place;           /* and while a directory above it hasn't got its name; NULL: the same */
    char *name;            /* the part of it behind the last slash */
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

/* What is to be done about the file `src` that shall get a further name in `folder`. *task, which
 * was made by queue_task, is kept for TWIN_WAITS alone, and may be NULL. */
enum twin_claim twins_claim(struct twins *twins, struct file_id src, struct folder *folder,
                            struct task *task, struct twin **twin);

/* The first copy has been made, as `dst`, and is called `path`, or will be and is called `place`
 * now (else NULL); or it couldn't be (path NULL). If it lies in a nest it joins *in_nest, and isn't
 * whole before twins_publish. */
void twin_conclude(struct twins *twins, struct twin *twin, const char *path, const char *place,
                   struct file_id dst, struct twin **in_nest);

/* Those whose first copy was coming from a process that was killed have failed. Nobody else is at
 * work. */
void twins_abandon(struct twins *twins);

/* The nest of those has got its name; or it is gone, and they with it. */
void twins_publish(struct twins *twins, struct twin *first, bool whole);
