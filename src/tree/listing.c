/* SPDX-License-Identifier: MIT */
#include "tree/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static DIR *open_stream(int dir_fd)
{
    int fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0); /* opening "." would take the right to search it */
    if (fd >= 0 && fcntl(fd, F_GETFL) & O_PATH) { /* because it may not be readable */
        close(fd);
        errno = EACCES;
        return NULL;
    }
    return fd < 0 ? NULL : fdopendir(fd);
}

struct listing *listing_open(int dir_fd)
{
    DIR *dir = open_stream(dir_fd);
    struct listing *l = dir ? malloc(sizeof(*l)) : NULL;
    if (l) {
        l->dir = dir;
        l->next = NULL;
        l->count = 0;
    } else if (dir) {
        closedir(dir);
        errno = ENOMEM;
    }
    return l;
}

static int compare_inodes(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    return a->ino < b->ino ? -1 : a->ino > b->ino;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Keeps one. Returns false if there is no room for it. */
static bool keep(struct listing *l, const struct dirent *entry, size_t *used)
{
    size_t len = strlen(entry->d_name) + 1;
    if (l->count == LISTING_MOST || LISTING_ROOM - *used < len)
        return false;
    char *name = memcpy(l->names + *used, entry->d_name, len);
    l->list[l->count++] = (struct listed){entry->d_ino, entry->d_type, name};
    *used += len;
    return true;
}

ssize_t listing_read(struct listing *l)
{
    size_t used = 0;
    l->count = 0;
    if (l->next)
        keep(l, l->next, &used);
    errno = 0;
    while ((l->next = readdir(l->dir)))
        if (!is_dots(l->next->d_name) && !keep(l, l->next, &used))
            break;
    if (!l->next && errno)
        return -errno;
    qsort(l->list, l->count, sizeof(*l->list), compare_inodes);
    return (ssize_t)l->count;
}

void listing_close(struct listing *l)
{
    closedir(l->dir);
    free(l);
}
