/* SPDX-License-Identifier: MIT */
/*
 * Folder records: what is known of one directory of a tree while something in it is still to be
 * done. They lie in memory that all processes of the crew share, and name a directory by its parent
 * and its name, never by a descriptor: each process opens it for itself, component by component,
 * and believes only what has the device and the inode that it had before. So neither depth nor the
 * number of descriptors matters, nor a link that somebody swaps in.
 */
#pragma once

#include "base/file_id.h"
#include "tree/queue.h"

#include <stdbool.h>
#include <sys/stat.h>

/* The last is the destination as it is called now, which may be by a hidden name. */
enum tree_side { TREE_SOURCE, TREE_DESTINATION, TREE_PLACE };

struct folder {
    struct folder *parent; /* NULL: it is where operands are copied to, and is only a path */
    bool outside;          /* its entries are operands, and their names what the user wrote */
    unsigned long serial;  /* no other folder ever had it */
    unsigned pending;      /* what is still to be done in it: it goes when this becomes 0 */
    bool made;     /* the destination's directory is new: nobody else has put a thing in it */
    bool hidden;   /* it, or one above it, hasn't got its name yet */
    bool nest;     /* it is that one: `hidden_name` is what it has */
    bool plain;    /* what is created in it has no ACL, and the file system keeps and lists all */
    bool reflinks; /* extents may be shared there */
    gid_t gid;     /* of what is created in it */
    bool dry;      /* nothing is made: there is no destination's directory */
    bool gone;     /* the destination's directory was removed again */
    bool appends;  /* nothing can be renamed or removed there (chattr +a) */
    bool failed;   /* not all of it could be done, */
    char *said;    /* as these sentences say (--json); NULL: there is none */
    bool passed;   /* the destination's directory was there before, and is only on the way */
    struct file_id ids[2]; /* of the directories, by side */
    struct stat src;       /* the source's, when it was opened */
    mode_t mode; /* of the destination's directory in the end, where the source's isn't preserved */
    struct folder *other_nests[2]; /* the next and the one before, of queue.nests */
    bool has_mode;                 /* the destination's directory has that already */
    mode_t special;                /* what the destination's directory has of setgid and sticky */
    char *hidden_name;             /* while it is a nest */
    char *dst_name; /* in the destination; what is no directory of a tree: the path before the names
                     */
    char name[];    /* in the source */
};

/* A new record, with one thing pending. `dst_name` NULL: the same as `name`. NULL: no memory. */
struct folder *folder_create(struct queue *queue, struct folder *parent, const char *name,
                             const char *dst_name);

/* What it is called, in allocated memory; with `name` that of an entry in it, with `name` NULL its
 * own. */
char *folder_path(const struct folder *folder, enum tree_side side, const char *name);

/* More is pending in it. */
void folder_expect(struct queue *queue, struct folder *folder, unsigned count);

/* One thing less is. Returns whether that was the last: whoever is told so has it alone. */
bool folder_settle(struct queue *queue, struct folder *folder);

/* It is a nest of that name, below its parent, from now on, or none any more. Returns 0 or -ENOMEM.
 */
int folder_begin_nest(struct queue *queue, struct folder *folder, const char *hidden_name);
void folder_end_nest(struct queue *queue, struct folder *folder);

/* Adds to what was said of it, as far as there is memory. Only who is at work in it may. */
void folder_say(struct queue *queue, struct folder *folder, const char *sentences);

/* Frees the record of one in which nothing is pending. */
void folder_destroy(struct queue *queue, struct folder *folder);

/* --- open ones --- */

/* A folder's directories, open in this process. */
struct opened {
    struct folder *folder;
    unsigned long serial, used;
    unsigned pins;
    int lock;   /* on a nest, held while it is open here; 0: none */
    int fds[2]; /* by side; for what can be done with O_PATH alone, where reading is forbidden */
};

enum { OPENED_MOST = 16 };

/* Those that this process has open, to be reused. All zeros is none. */
struct openings {
    struct opened list[OPENED_MOST];
    size_t most; /* how many may be open, with two descriptors each; 0: all of the list */
    unsigned long clock;
};

/* Opens its directories, if they aren't. They stay open until opening_release. NULL and errno:
 * ESTALE if they are others than those that the record is about. */
struct opened *opening_take(struct openings *all, struct folder *folder);
void opening_release(struct opened *opened);

/* Takes over descriptors for a folder that is new. */
struct opened *opening_enter(struct openings *all, struct folder *folder, int src_fd, int dst_fd);

/* Can nothing in the open directory be renamed or removed? */
bool folder_appends(int fd);

/* Closes all of them. */
void openings_close(struct openings *all);

/* Opens the directory `name` below dir_fd for reading, or, where that is forbidden, with O_PATH. A
 * symbolic link is followed only if `follow`. Returns the descriptor or -errno. */
int folder_open_directory(int dir_fd, const char *name, bool follow);
