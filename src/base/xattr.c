/* SPDX-License-Identifier: MIT */
#include "base/xattr.h"

#include <errno.h>
#include <stdio.h>
#include <sys/xattr.h>

enum { LINK_ROOM = 32 };

/* The name by which /proc leads to the very file that is open. */
static const char *link_of(int fd, char link[LINK_ROOM])
{
    snprintf(link, LINK_ROOM, "/proc/self/fd/%d", fd);
    return link;
}

ssize_t xattr_list(int fd, char *names, size_t len)
{
    char link[LINK_ROOM];
    ssize_t n = flistxattr(fd, names, len);
    return n < 0 && errno == EBADF ? listxattr(link_of(fd, link), names, len) : n;
}

ssize_t xattr_get(int fd, const char *name, void *value, size_t len)
{
    char link[LINK_ROOM];
    ssize_t n = fgetxattr(fd, name, value, len);
    return n < 0 && errno == EBADF ? getxattr(link_of(fd, link), name, value, len) : n;
}
