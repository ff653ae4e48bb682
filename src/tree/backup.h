/* SPDX-License-Identifier: MIT */
/* Backups of what is replaced, named as GNU's programs do. */
#pragma once

#include "copy/copy.h"

struct backup_name {
    char *text;           /* allocated; NULL: there is to be no backup */
    unsigned long number; /* N of NAME.~N~; 0: a simple one, which replaces an older one */
};

/* What a backup of `name` below dir_fd is to be called: NAME~ (or with another suffix), or NAME.~N~
 * with the next number. Returns 0, or -errno, also if none could be made. */
int backup_choose(int dir_fd, const char *name, enum backup kind, const char *suffix,
                  struct backup_name *chosen);

/* How a backup was made: as a further name, so that the file keeps its own until another file takes
 * it; or, where the file system has no hard links, or forbids this one, by renaming. */
enum backup_way { BACKUP_LINKED, BACKUP_RENAMED };

/* Makes it, just before another file takes the name: whatever has two names for long is at risk of
 * being written to under one of them. Where the number is taken by now, it gets a higher one.
 * Returns how, or -errno. */
int backup_make(int dir_fd, const char *name, struct backup_name *chosen);

/* Removes the backup, if the file still has its own name, or else renames it back to that. Returns
 * 0 or -errno: -EEXIST if something else has that name by now. */
int backup_restore(int dir_fd, const char *made, const char *name);

/* What backup_choose would call the backup of the file at that path, allocated. NULL: its directory
 * can't be read, or there is no memory. */
char *backup_path(const char *path, enum backup kind, const char *suffix);
