/* SPDX-License-Identifier: MIT */
/*
 * Folder records: what is known of one directory of a tree while something in it is still to be
 * done. They lie in memory that all processes of the crew share, and name a directory by its parent
 * and its name, never by a descriptor: each process opens it for itself, component by component,
 * and accepts only what has the same device and inode as before. So neither depth nor the number of
 * descriptors matters, nor a link that somebody swaps in.
 */
#pragma once

#include "base/file_id.h"
#include "tree/queue.h"

#include <stdbool.h>
#include <sys/stat.h>

/* The last is the name that the destination has now, which may be a hidden one. */
enum tree_side { TREE_SOURCE, TREE_DESTINATION, TREE_PLACE };

struct errand;

struct folder {
    struct folder *parent; /* NULL: it is where operands are copied to, and is only a path */
    bool outside;          /* its entries are operands, whose names are as the user wrote them */
    unsigned long serial;  /* no other folder ever had the same */
    unsigned pending;      /* how many things are still to be done in it: at 0 it is removed */
    bool made;     /* the destination's directory is new: nobody else has put anything in it */
    bool hidden;   /* it, or one above it, doesn't have its name yet */
    bool nest;     /* this is the one that doesn't: `hidden_name` is what it has */
    bool plain;    /* what is created in it has no ACL, and the file system keeps and lists all */
    bool reflinks; /* extents can be shared there */
    gid_t gid;     /* of what is created in it */
    bool dry;      /* nothing is made: there is no destination's directory */
    bool gone;     /* the destination's directory was removed again */
    bool appends;  /* nothing can be renamed or removed there (chattr +a) */
    bool failed;   /* not all of it could be done */
    char *said;    /* why, in sentences (--json); NULL: there are none */
    bool foreign;  /* another node has begun it, and ends it: see foreign.h */
    _Atomic bool met;      /* what that node sees there has been found here; of a foreign one */
    struct errand *errand; /* what that node has asked for in it; NULL: none of that is pending */
    bool passed;           /* the destination's directory existed before, and is only on the way */
    struct file_id ids[2]; /* of the directories, by side */
    struct stat src;       /* the source's, when it was opened */
    mode_t mode; /* what the destination's directory gets in the end, unless the source's is
                    preserved */
    struct folder *other_nests[2]; /* the next and the one before, of queue.nests */
    bool has_mode;                 /* the destination's directory has that mode already */
    mode_t special;                /* the destination's directory's setgid and sticky bits */
    char *hidden_name;             /* while it is a nest */
    char *dst_name; /* in the destination; what is no directory of a tree: the path before the names
                     */
    char name[];    /* in the source */
};

/* A new record, with one thing pending. `dst_name` NULL: the same as `name`. NULL: no memory. */
struct folder *folder_create(struct queue *queue, struct folder *parent, const char *name,
                             const char *dst_name);

/* Its path, in allocated memory; with `name`, that of an entry in it, with `name` NULL its own. */
char *folder_path(const struct folder *folder, enum tree_side side, const char *name);

/* One more thing is pending in it. */
void folder_expect(struct queue *queue, struct folder *folder, unsigned count);

/* One thing less is. Was that the last? Whoever is told so has it alone. */
bool folder_settle(struct queue *queue, struct folder *folder);

/* From now on it is a nest of that name, below its parent, or no longer one. Returns 0 or
 * -ENOMEM. */
int folder_begin_nest(struct queue *queue, struct folder *folder, const char *hidden_name);
void folder_end_nest(struct queue *queue, struct folder *folder);

/* The nest in `parent` that is to get that name; NULL: there is none. */
struct folder *folder_find_nest(struct queue *queue, const struct folder *parent,
                                const char *dst_name);

/* Adds to what was said about it, as far as there is memory. Only a process at work in it may. */
void folder_say(struct queue *queue, struct folder *folder, const char *sentences);

/* Frees the record of a folder in which nothing is pending. */
void folder_destroy(struct queue *queue, struct folder *folder);

/* --- open ones --- */

/* A folder's directories, open in this process. */
struct opened {
    struct folder *folder;
    unsigned long serial, used;
    unsigned pins;
    int lock;   /* on a nest, held while it is open here; 0: none */
    int fds[2]; /* by side; if reading is forbidden, only for what can be done with O_PATH */
};

enum { OPENED_MOST = 16 };

/* The folders that this process has open, to be reused. All zeros: none. */
struct openings {
    struct opened list[OPENED_MOST];
    size_t most; /* how many may be open, with two descriptors each; 0: all of the list */
    unsigned long clock;
};

/* Opens its directories, unless they are open. They stay open until opening_release. NULL and
 * errno: ESTALE if they aren't the ones that the record is about. */
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
