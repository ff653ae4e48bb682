/* SPDX-License-Identifier: MIT */
#include "base/path.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

/* Opens the directory part of `path`, which is relative to dir_fd. */
static int open_parent(int dir_fd, char *path)
{
    const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    char *slash = strrchr(path, '/');
    if (!slash)
        return openat(dir_fd, ".", flags);
    if (slash == path)
        return openat(dir_fd, "/", flags);
    *slash = '\0';
    int fd = openat(dir_fd, path, flags);
    *slash = '/';
    return fd;
}

static char *last_part(char *path)
{
    char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_kernels(int dir_fd)
{
    struct statfs fs;
    return fstatfs(dir_fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Follows the link at the end of `path`. Returns 1 if it did, 0 if it isn't a link, or -errno.
 * `path` has room for PATH_MAX bytes. */
static int follow(int dir_fd, char *path)
{
    char *target = malloc(PATH_MAX);
    if (!target)
        return -ENOMEM;
    ssize_t len = readlinkat(dir_fd, last_part(path), target, PATH_MAX - 1);
    int rc = len >= 0 ? 1 : errno == EINVAL || errno == ENOENT ? 0 : -errno;
    if (rc == 1 && is_kernels(dir_fd))
        rc = -EXDEV;
    if (rc == 1) {
        memcpy(path, target, (size_t)len);
        path[len] = '\0';
    }
    free(target);
    return rc;
}

/* Returns the descriptor of the directory that the rest of `path` lies in, or -errno. */
static int walk(int start_fd, char *path, bool *followed)
{
    int dir_fd = start_fd;
    for (int links = 0; links <= MAX_LINKS; links++) {
        int next = open_parent(dir_fd, path), rc = next < 0 ? -errno : 0;
        if (dir_fd != start_fd)
            io_close(&dir_fd);
        dir_fd = next;
        if (!rc)
            rc = follow(dir_fd, path);
        if (rc == 0)
            return dir_fd;
        *followed = true;
        if (rc < 0) {
            io_close(&dir_fd);
            return rc;
        }
    }
    io_close(&dir_fd);
    return -ELOOP;
}

/* Takes the name at the end of `path`, which lies in dir_fd. */
static int name_in(int dir_fd, char *path, char **name)
{
    *name = strdup(last_part(path));
    if (*name)
        return dir_fd;
    io_close(&dir_fd);
    return -ENOMEM;
}

int path_open_directory(int dir_fd, const char *path, char **name, bool *followed)
{
    *name = NULL;
    *followed = false;
    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    char *rest = malloc(PATH_MAX);
    if (!rest)
        return -ENOMEM;
    int fd = walk(dir_fd, strcpy(rest, path), followed);
    if (fd >= 0)
        fd = name_in(fd, rest, name);
    free(rest);
    return fd;
}

int path_open_parent(int dir_fd, const char *path, char **name)
{
    *name = NULL;
    char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    int fd = open_parent(dir_fd, copy);
    fd = fd < 0 ? -errno : name_in(fd, copy, name);
    free(copy);
    return fd;
}
