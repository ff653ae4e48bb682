/* SPDX-License-Identifier: MIT */
/* Backups of what is replaced, named as GNU's programs do. */
#pragma once

#include "copy/copy.h"

/* Renames `name` below dir_fd, to NAME~ (or another suffix), to NAME.~N~ with the next number, or,
 * for BACKUP_NONE, to a hidden name. *made becomes that name, allocated. Returns 0 or -errno. */
int backup_make(int dir_fd, const char *name, enum backup kind, const char *suffix, char **made);

/* What backup_make, but for BACKUP_NONE, would call what is at that path, allocated. NULL: its
 * directory can't be read, or there is no memory. */
char *backup_path(const char *path, enum backup kind, const char *suffix);

/* Gives what backup_make has renamed its name again, unless something else has that. Returns 0 or
 * -errno. */
int backup_restore(int dir_fd, const char *made, const char *name);
