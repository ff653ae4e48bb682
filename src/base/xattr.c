/* SPDX-License-Identifier: MIT */
#include "base/xattr.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { LINK_ROOM = 32, ENTRY_ROOM = LINK_ROOM + NAME_MAX + 1 };

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

/* --- of entries --- */

/* A call that takes a path and follows no link. */
struct call {
    ssize_t (*make)(const struct call *call, const char *path);
    const char *attribute;
    void *out;
    const void *in;
    size_t len; /* of what goes out or in */
};

static ssize_t make_list(const struct call *c, const char *path)
{
    return llistxattr(path, c->out, c->len);
}

static ssize_t make_get(const struct call *c, const char *path)
{
    return lgetxattr(path, c->attribute, c->out, c->len);
}

static ssize_t make_set(const struct call *c, const char *path)
{
    return lsetxattr(path, c->attribute, c->in, c->len, 0);
}

static ssize_t make_remove(const struct call *c, const char *path)
{
    return lremovexattr(path, c->attribute);
}

/* Only if the way back is open: all relative names depend on it. */
static ssize_t call_inside(const struct call *c, int dir_fd, const char *name)
{
    ssize_t n = -1;
    int back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (back >= 0 && fchdir(back) == 0 && fchdir(dir_fd) == 0) {
        n = c->make(c, name);
        int err = errno;
        if (fchdir(back) < 0)
            abort();
        errno = err;
    }
    io_close(&back);
    return n;
}

static ssize_t call_at(const struct call *c, int dir_fd, const char *name)
{
    char path[ENTRY_ROOM];
    if (dir_fd == AT_FDCWD)
        return c->make(c, name);
    snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir_fd, name);
    ssize_t n = c->make(c, path);
    return n < 0 && errno == ENOENT ? call_inside(c, dir_fd, name) : n;
}

ssize_t xattr_list_at(int dir_fd, const char *name, char *names, size_t len)
{
    return call_at(&(struct call){.make = make_list, .out = names, .len = len}, dir_fd, name);
}

ssize_t xattr_get_at(int dir_fd, const char *name, const char *attribute, void *value, size_t len)
{
    const struct call c = {.make = make_get, .attribute = attribute, .out = value, .len = len};
    return call_at(&c, dir_fd, name);
}

int xattr_set_at(int dir_fd, const char *name, const char *attribute, const void *value, size_t len)
{
    const struct call c = {.make = make_set, .attribute = attribute, .in = value, .len = len};
    return (int)call_at(&c, dir_fd, name);
}

int xattr_remove_at(int dir_fd, const char *name, const char *attribute)
{
    const struct call c = {.make = make_remove, .attribute = attribute};
    return (int)call_at(&c, dir_fd, name);
}
