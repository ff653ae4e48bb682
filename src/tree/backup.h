/* SPDX-License-Identifier: MIT */
/* Backups of what is replaced, named as GNU's programs do. */
#pragma once

#include "copy/copy.h"

/* How a backup was made: as a further name, so that the file keeps its own until another file takes
 * it; or, where the file system has no hard links, or forbids this one, by renaming. */
enum backup_way { BACKUP_LINKED, BACKUP_RENAMED };

/* Gives `name` below dir_fd the name NAME~ (or with another suffix), or NAME.~N~ with the next
 * number; *made becomes that, allocated. Returns how, or -errno. */
int backup_make(int dir_fd, const char *name, enum backup kind, const char *suffix, char **made);

/* Removes the backup, if the file still has its own name, or else renames it back to that. Returns
 * 0 or -errno: -EEXIST if something else has that name by now. */
int backup_restore(int dir_fd, const char *made, const char *name);

/* What backup_make would call the backup of the file at that path, allocated. NULL: its directory
 * can't be read, or there is no memory. */
char *backup_path(const char *path, enum backup kind, const char *suffix);
