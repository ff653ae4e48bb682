/* SPDX-License-Identifier: MIT */
/*
 * What the source and the destination are: kind, size, file system. All refusals that need no
 * copying are made here, before anything is written. Every function returns 0 or -errno with *why
 * filled in.
 */
#pragma once

#include "base/complaint.h"
#include "base/extent.h"
#include "base/location.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* The operand that stands for stdin or stdout. */
#define STANDARD_STREAM "-"

struct source {
    struct location at;
    const char *path;
    int fd;        /* -1 until opened */
    bool standard; /* stdin, which is open already, and may stand anywhere in its file */
    struct stat st;
    bool has_size; /* false: a stream, to be read in order until end of file */
    off_t size;
    long fs;      /* its file system's magic number, as in statfs(2) */
    bool network; /* that is a network file system */
};

struct destination {
    struct location at;
    const char *path;
    int dir_fd;     /* its directory, opened once; AT_FDCWD where it can only be written in place */
    char *name;     /* its name below dir_fd, not a symbolic link; allocated */
    bool standard;  /* stdout, which is open already */
    bool displaces; /* a new file takes its name over, whatever has it; then `exists` is false */
    bool exists;    /* then st, writable and mount_point are valid */
    bool writable;  /* it may be opened for writing */
    int refusal;    /* the errno that says why not; 0: it may */
    bool mount_point;  /* a file mounted over a file: no rename can replace it */
    bool dir_writable; /* files may be created in its directory */
    int dir_refusal;   /* as above */
    bool foreign;      /* another user's, who can't be given a new file */
    bool dir_appends;  /* but none may be renamed or removed there (chattr +a) */
    bool compresses;   /* what is written there may be compressed */
    const char *fixed; /* why it can be neither written nor replaced: ends a sentence; or NULL */
    struct stat st;
    long fs;      /* the magic number of the file system that it is or will be on */
    bool network; /* that is a network file system */
    bool same_fs; /* it is the source's own file system, as far as device numbers show */
};

/* Opens the source (if it is a FIFO, this waits for a writer) and describes it. Any signal ends the
 * waiting with -EINTR. */
int inspect_source(const struct location *at, struct source *src, struct complaint *why);
void inspect_close_source(struct source *src);

/* Finds where the source has data; without `holes`, or where holes can't be found, everything is
 * data. Returns 0 or -errno; extents_release must follow. */
int inspect_data(const struct source *src, bool holes, size_t page, struct extents *extents);

/* Refuses the source itself as destination, which makes sense only for streams. */
int inspect_refuse_same(const struct source *src, const struct destination *dst,
                        struct complaint *why);

/* Refuses a FIFO as its own destination, before anything is opened: opening would wait for a
 * writer, which its own destination never becomes. */
int inspect_refuse_own_fifo(const struct location *src, const struct location *dst,
                            struct complaint *why);

/* Describes the destination. Refuses directories and dangling links. */
int inspect_destination(const struct location *at, const struct source *src,
                        struct destination *dst, struct complaint *why);
void inspect_release_destination(struct destination *dst);

/* Makes a symbolic link itself the destination instead of the file that it leads to, whose status
 * stays in `st`. Does nothing if it isn't a link. */
int inspect_take_link(const struct source *src, struct destination *dst, struct complaint *why);

/* May another file take its name? Returns 0, or the reason why it can't be removed as a negative
 * errno. */
int inspect_check_replaceable(const struct destination *dst);

/* Complains that it can't be opened for writing, or created; `err` is positive. */
int inspect_refuse_creation(const struct destination *dst, int err, struct complaint *why);

/* Refuses the block device `fd`, called `path`, if it is smaller than `needed` bytes. */
int inspect_device_room(int fd, const char *path, off_t needed, struct complaint *why);

/* What has happened to a file between two looks at it, except that it shrank; NULL: nothing. */
const char *inspect_change(const struct stat *then, const struct stat *now);

/* --- questions --- */

/* Can bytes be read or written at offsets? Otherwise it is a stream. */
bool inspect_is_seekable(mode_t mode);

/* Can the destination only be written in order, from its beginning to its end? */
bool inspect_is_stream(const struct destination *dst);

/* Is it a regular file, or will it be one, that is known by its name? Only such a file can be
 * staged, and have holes. */
bool inspect_is_regular(const struct destination *dst);

/* Does the source claim to be an empty file? It is read anyway, to see whether that is true. */
bool inspect_is_empty(const struct source *src);

/* Must bytes be copied in order, until the source ends? */
bool inspect_is_in_order(const struct source *src, const struct destination *dst);
