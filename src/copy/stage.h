/* SPDX-License-Identifier: MIT */
/*
 * Where the copy is built, and how it gets the destination's name: staged in the destination's own
 * directory, under no name (O_TMPFILE) or a hidden one, then published by link or rename; or
 * written in place. Whatever happens before stage_publish leaves the destination of a staged copy
 * as it was.
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
    STAGE_JOINED,   /* what another node has staged */
};

struct stage {
    enum stage_kind kind;
    int fd;                 /* -1 until opened */
    int dir_fd;             /* borrowed: the destination's directory, see struct destination */
    const char *name;       /* borrowed: the destination's name below dir_fd; NULL for stdout */
    char hidden[NAME_ROOM]; /* the hidden name, while there is one */
    bool keep;              /* stage_discard leaves what has a hidden name, for the next run */
    int mode;               /* what it is to have when it is published; -1: the caller knows */
    bool shared;            /* other nodes write to it, too: its hidden name shows whose it is */
    bool created;           /* STAGE_IN_PLACE: the destination didn't exist before */
    bool named;             /* stage_publish has given it its name */
};

/* For stage_open: the mode isn't left to the kernel, so that stage->mode becomes -1. */
enum { STAGE_MODE_LATER = -1 };

/*
 * Creates an empty file next to the destination, which nobody but this user may open before it is
 * given another owner, mode or ACL. stage->mode becomes what the umask, or the directory's default
 * ACL, leaves of `mode`. Returns 0 or -errno.
 */
int stage_open(struct stage *stage, int dir_fd, const char *name, int mode);

/* The same, but always without a name, because a hidden one couldn't be changed in an append-only
 * directory. -EOPNOTSUPP and the like where there are no such files. */
int stage_open_unnamed(struct stage *stage, int dir_fd, const char *name, int mode);

/* The same, but always under a hidden name, which has 64 random bits and says who made it (see
 * orphan.h): other nodes open it, too. */
int stage_open_shared(struct stage *stage, int dir_fd, const char *name, int mode);

/*
 * The same under a hidden name that the next run finds again, .NAME.mpcp-partial; *used becomes
 * true if there is something in it from an earlier run. It stays until it is published, while
 * stage->keep is set. As long as stage->fd isn't open: -EPERM if the file of that name belongs to
 * somebody else, -EOPNOTSUPP if the file system can't keep others from it.
 */
int stage_open_partial(struct stage *stage, int dir_fd, const char *name, int mode, bool *used);

/* Called before others get rights to what stage_open_partial has opened: no later run may build on
 * what they can write to, so it gets a name that no run looks for, if it can, and isn't kept. */
void stage_part_with(struct stage *stage);

/* Creates an empty file like stage_open, but with the mode, and the ACL, that the kernel gives a
 * new file: to try what can be done with one. Returns 0 or -errno; stage_discard_probe must follow,
 * and is safe at any time. */
int stage_open_probe(struct stage *probe, int dir_fd, const char *name, int mode);
void stage_discard_probe(struct stage *probe);

/* Opens the destination itself. Nothing is truncated. Waits for a reader, if it is a FIFO, until a
 * signal ends that with -EINTR; a block device that is mounted or otherwise in use gives EBUSY
 * unless `force`. */
int stage_open_in_place(struct stage *stage, int dir_fd, const char *name, bool force);

/* Creates the destination itself; if `apart`, so that nobody but this user may open it before it
 * gets stage->mode, which is then set as by stage_open. Otherwise that is -1. */
int stage_create_in_place(struct stage *stage, int dir_fd, const char *name, mode_t mode,
                          bool apart);

/* Writes in place to a descriptor that is open already and stays so: stdout. */
int stage_use(struct stage *stage, int fd);

/* Gives the file that size. Returns 0 or -errno. */
int stage_give_size(struct stage *stage, off_t size);

/* Empties the file, so that what isn't written in it is a hole. Returns 0 or -errno. */
int stage_empty(struct stage *stage);

/* Makes everything written to it reach the disk. Returns 0 or -errno; a failure is final. */
int stage_sync(const struct stage *stage);

/* Gives the staged file the destination's name; a file of that name is replaced if `replace`,
 * otherwise it gives EEXIST. Returns 0 or -errno. */
int stage_publish(struct stage *stage, bool replace);

/* Makes the name of what is published reach the disk, unless it had that name before. Returns 0 or
 * -errno. */
int stage_sync_name(const struct stage *stage);

/* Closes what is published. Returns 0 or -errno. */
int stage_close(struct stage *stage);

/* Removes what stage_open or stage_open_in_place created, unless it is published. Safe at any time.
 */
void stage_discard(struct stage *stage);
