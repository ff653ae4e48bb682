/* SPDX-License-Identifier: MIT */
/*
 * The life of a small file in few system calls: by the same rules as copy_file, for the case that
 * most files of a tree are in: the source is open, nothing is to keep the destination's name, and
 * only its bytes and attributes are wanted.
 */
#pragma once

#include "base/complaint.h"
#include "base/failure.h"
#include "copy/copy.h"

struct small {
    int src_fd; /* open, at its beginning */
    const struct stat *st;
    int dir_fd;
    const char *name;
    /* The path of one side or the other, for the complaint: asked for only then, because it takes
     * long where a tree is deep. Valid until small_copy has returned. */
    const char *(*path)(void *arg, enum side side);
    int (*make_way)(void *arg); /* see struct copy_observer */
    void *arg;
    bool private;   /* nobody looks into the directory before it is whole: the file is created under
                     * its own name */
    bool displaces; /* something has the name, and keeps it until the file is whole */
    bool reflink;   /* try to share extents first */
    struct attributes_birth birth;
    char *buffer;
    size_t buffer_len;
};

enum small_end {
    SMALL_COPIED,
    SMALL_LACKING, /* copied, but couldn't be given all attributes, as the complaint says */
    SMALL_TAKEN,  /* something has taken its name meanwhile, or it needs more care: use copy_file */
    SMALL_FAILED, /* as the complaint says */
};

/* Can the rules be kept in this way, for a source of that status? */
bool small_is_possible(const struct stat *st, const struct copy_rules *rules);

/* The outcome. */
struct small_result {
    bool refused;             /* extents can't be shared there */
    bool shared;              /* they are */
    off_t bytes;              /* what the copy has */
    struct checksum checksum; /* of these, if the rules wish for one */
    struct complaint why;     /* of what is lacking, or what failed */
};

enum small_end small_copy(const struct small *small, const struct copy_rules *rules,
                          struct small_result *result);
