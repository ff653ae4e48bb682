/* SPDX-License-Identifier: MIT */
#include "tree/removal.h"
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static int open_directory(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes the entry, unless it is a directory with something in it: then its name goes to `full`.
 */
static void remove_entry(int fd, const char *name, char full[NAME_MAX + 1])
{
    if (is_dots(name) || unlinkat(fd, name, 0) == 0 || (errno != EISDIR && errno != EPERM) ||
        unlinkat(fd, name, AT_REMOVEDIR) == 0)
        return;
    (void)!fchmodat(fd, name, 0700, 0); /* it may have been made read-only already */
    strcpy(full, name);
}

/* Removes what can be at once; returns the descriptor of a directory that was left, -ENOENT if
 * there is none. */
static int clear(int fd)
{
    char full[NAME_MAX + 1] = "";
    int copy = open_directory(fd, ".");
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    if (!dir)
        return -errno;
    for (struct dirent *entry; (entry = readdir(dir));)
        remove_entry(fd, entry->d_name, full);
    closedir(dir);
    return *full ? open_directory(fd, full) : -ENOENT;
}

/* Goes down into the first that isn't empty, and up again, where it then is. */
static int clear_all(int fd)
{
    size_t depth = 0;
    for (;;) {
        int next = clear(fd);
        if (next == -ENOENT && depth > 0) {
            next = open_directory(fd, "..");
            depth -= 2;
        }
        if (next < 0)
            break;
        depth++;
        io_close(&fd);
        fd = next;
    }
    io_close(&fd);
    return 0;
}

int removal_of(int dir_fd, const char *name)
{
    int fd = open_directory(dir_fd, name);
    if (fd < 0)
        return fd;
    clear_all(fd);
    return unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}
