/* SPDX-License-Identifier: MIT */
/* Extended attributes of open files, even of those opened with O_PATH because they may not be
 * read; and of entries of open directories, which needn't be files, and aren't opened. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* As flistxattr(2) and fgetxattr(2). */
ssize_t xattr_list(int fd, char *names, size_t len);
ssize_t xattr_get(int fd, const char *name, void *value, size_t len);

/* As llistxattr(2) and so on, of the entry `name` of a directory, or of a path if that is AT_FDCWD.
 * Where /proc isn't mounted, the process is in that directory for a moment. */
ssize_t xattr_list_at(int dir_fd, const char *name, char *names, size_t len);
ssize_t xattr_get_at(int dir_fd, const char *name, const char *attribute, void *value, size_t len);
int xattr_set_at(int dir_fd, const char *name, const char *attribute, const void *value,
                 size_t len);
int xattr_remove_at(int dir_fd, const char *name, const char *attribute);
