/* SPDX-License-Identifier: MIT */
/*
 * Where the copy is built, and how it comes to bear the destination's name: staged in the
 * destination's own directory, under no name (O_TMPFILE) or a hidden one, then published by link or
 * rename; or written in place. Whatever happens before stage_publish leaves a staged destination as
 * it was.
 */
#pragma once

#include "base/extent.h"
#include "base/name.h"

#include <stdbool.h>
#include <sys/types.h>

enum stage_kind {
    STAGE_NONE,     /* nothing opened yet */
    STAGE_UNNAMED,  /* O_TMPFILE: vanishes with the process, however that ends */
    STAGE_HIDDEN,   /* .NAME.mpcp-XXXXXXXX: for file systems without O_TMPFILE */
    STAGE_IN_PLACE, /* the destination itself */
};

struct stage {
    enum stage_kind kind;
    int fd;                 /* -1 until opened */
    int dir_fd;             /* borrowed: the destination's directory, see struct destination */
    const char *name;       /* borrowed: the destination's name below dir_fd; NULL for stdout */
    char hidden[NAME_ROOM]; /* the hidden name, while there is one */
    bool keep;              /* stage_discard leaves what has a hidden name, for the next run */
    mode_t mode;            /* for stage_give_mode */
    bool created;           /* STAGE_IN_PLACE: the destination didn't exist before */
    bool named;             /* it got its name by stage_publish */
};

/*
 * Creates an empty file next to the destination, which only its owner may open until
 * stage_give_mode. stage->mode becomes what the umask, or the directory's default ACL, leaves of
 * `mode`. Returns 0 or -errno.
 */
int stage_open(struct stage *stage, int dir_fd, const char *name, mode_t mode);

/*
 * The same under a hidden name that the next run finds again, .NAME.mpcp-partial; *used becomes
 * true if there is something in it from an earlier one. It stays until it is published, while
 * stage->keep is set. -EPERM if what bears that name belongs to somebody else;
 * -EOPNOTSUPP if the file system can't keep it from others.
 */
int stage_open_partial(struct stage *stage, int dir_fd, const char *name, mode_t mode, bool *used);

/* Opens the destination itself, creating it if `create`. Nothing is truncated. Waits for a reader,
 * if it is a FIFO, until a signal ends that with -EINTR; a block device that is mounted or
 * otherwise in use is EBUSY unless `force`. */
int stage_open_in_place(struct stage *stage, int dir_fd, const char *name, bool create, mode_t mode,
                        bool force);

/* Writes in place to a descriptor that is open already and stays so: stdout. */
int stage_use(struct stage *stage, int fd);

/* Looks whether the file system of fd has room for `bytes` more. Returns 0, -ENOSPC or -errno. */
int stage_look_for_room(int fd, off_t bytes);

/* Reserves the given extents, if the file system can. Returns 0 or -errno, such as ENOSPC or
 * EDQUOT; then the file is as it was, and takes up no more than before. */
int stage_allocate(struct stage *stage, const struct extents *extents);

/* Gives the file that size. Returns 0 or -errno. */
int stage_give_size(struct stage *stage, off_t size);

/* Empties the file, so that what isn't written in it is a hole. Returns 0 or -errno. */
int stage_empty(struct stage *stage);

/* Gives a staged file stage->mode. */
int stage_give_mode(struct stage *stage);

/* All that is written in it reaches the disk. Returns 0 or -errno; a failure is final. */
int stage_sync(const struct stage *stage);

/* Gives the staged file the destination's name; a file of that name is replaced if `replace`, else
 * it is EEXIST. Returns 0 or -errno. */
int stage_publish(struct stage *stage, bool replace);

/* The name of what is published reaches the disk, unless it had it before. Returns 0 or -errno. */
int stage_sync_name(const struct stage *stage);

/* Closes what is published. Returns 0 or -errno. */
int stage_close(struct stage *stage);

/* Removes what stage_open or stage_open_in_place created, unless it is published. Safe at any time.
 */
void stage_discard(struct stage *stage);
