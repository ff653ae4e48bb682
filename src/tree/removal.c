/* SPDX-License-Identifier: MIT */
#include "tree/removal.h"
#include "base/file_id.h"
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct removal {
    int fd;                /* the directory that is being emptied */
    struct file_id last;   /* the directory below it that was emptied last, as far as possible */
    struct file_id *stuck; /* directories in which something is left that can't be removed */
    size_t count;
};

static int open_directory(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* It may have been made read-only already. */
static int open_to_empty(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    close(fd);
    (void)!fchmodat(dir_fd, name, 0700, AT_SYMLINK_NOFOLLOW);
    return open_directory(dir_fd, name);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_stuck(const struct removal *r, struct file_id id)
{
    for (size_t i = 0; i < r->count; i++)
        if (file_id_equal(r->stuck[i], id))
            return true;
    return false;
}

/* Is there a way to empty it that hasn't been tried? */
static bool may_be_emptied(struct removal *r, const char *name)
{
    struct stat st;
    if (fstatat(r->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || is_stuck(r, file_id_of(&st)))
        return false;
    if (!file_id_equal(file_id_of(&st), r->last))
        return true;
    struct file_id *more = reallocarray(r->stuck, r->count + 1, sizeof(*more));
    if (more) {
        r->stuck = more;
        more[r->count++] = r->last;
    }
    return false;
}

/* Removes the entry, unless it is a directory that isn't empty: then its name goes to `full`. */
static void remove_entry(struct removal *r, const char *name, char full[NAME_MAX + 1])
{
    if (is_dots(name) || unlinkat(r->fd, name, 0) == 0 || (errno != EISDIR && errno != EPERM) ||
        unlinkat(r->fd, name, AT_REMOVEDIR) == 0 || (errno != ENOTEMPTY && errno != EEXIST))
        return;
    if (may_be_emptied(r, name))
        strcpy(full, name);
}

/* Removes what can be removed at once; returns the descriptor of a directory that was left, -ENOENT
 * if there is none. */
static int clear(struct removal *r)
{
    char full[NAME_MAX + 1] = "";
    int copy = open_directory(r->fd, ".");
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    if (!dir)
        return -errno;
    for (struct dirent *entry; (entry = readdir(dir));)
        remove_entry(r, entry->d_name, full);
    closedir(dir);
    return *full ? open_to_empty(r->fd, full) : -ENOENT;
}

/* It is as empty as it can be. */
static int go_up(struct removal *r)
{
    struct stat st;
    if (fstat(r->fd, &st) < 0)
        return -errno;
    r->last = file_id_of(&st);
    return open_directory(r->fd, "..");
}

/* Goes down into the last one that isn't empty, and up again from one that is. */
static void clear_all(struct removal *r)
{
    size_t depth = 0;
    for (;;) {
        int next = clear(r);
        bool up = next < 0 && depth > 0;
        if (up)
            next = go_up(r);
        if (next < 0)
            break;
        depth += up ? (size_t)-1 : 1;
        io_close(&r->fd);
        r->fd = next;
    }
    io_close(&r->fd);
}

int removal_of(int dir_fd, const char *name)
{
    struct removal r = {.fd = open_to_empty(dir_fd, name)};
    if (r.fd < 0)
        return r.fd;
    clear_all(&r);
    free(r.stuck);
    return unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}
