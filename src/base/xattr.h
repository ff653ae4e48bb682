/* SPDX-License-Identifier: MIT */
/* Extended attributes of open files, be they opened with O_PATH because they may not be read. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* As flistxattr(2) and fgetxattr(2). */
ssize_t xattr_list(int fd, char *names, size_t len);
ssize_t xattr_get(int fd, const char *name, void *value, size_t len);
