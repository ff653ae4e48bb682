/* SPDX-License-Identifier: MIT */
#include "workspace.h"
#include "base/size.h"
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

int workspace_make(struct workspace *workspace, const char *parent, struct trouble *trouble)
{
    char path[PATH_MAX]; /* a command may run in another directory */
    if (!realpath(parent, path))
        return trouble_note(trouble, errno, parent);
    int len = snprintf(workspace->dir, sizeof(workspace->dir), "%s/.mpcp-bench-XXXXXX", path);
    if (len < 0 || (size_t)len >= sizeof(workspace->dir)) {
        workspace->dir[0] = '\0';
        return trouble_note(trouble, ENAMETOOLONG, parent);
    }
    if (!mkdtemp(workspace->dir)) {
        int err = errno;
        workspace->dir[0] = '\0';
        return trouble_note(trouble, err, parent);
    }
    snprintf(workspace->src, sizeof(workspace->src), "%s/source", workspace->dir);
    snprintf(workspace->dst, sizeof(workspace->dst), "%s/destination", workspace->dir);
    return 0;
}

int workspace_require(const struct workspace *workspace, uint64_t bytes, struct trouble *trouble)
{
    struct statvfs fs;
    char needed[SIZE_TEXT], there[SIZE_TEXT];
    if (statvfs(workspace->dir, &fs) < 0)
        return trouble_note(trouble, errno, workspace->dir);
    uint64_t available = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (available >= bytes)
        return 0;
    return trouble_say(trouble, ENOSPC, "%s: %s are needed, %s are free", workspace->dir,
                       size_format(bytes, needed), size_format(available, there));
}

static bool keep(const struct dirent *entry, bool with_source)
{
    return strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
           (with_source && strcmp(entry->d_name, "source") == 0);
}

/* Not just the destination: a copier that was killed may have left its own temporary files. */
static int empty(const struct workspace *workspace, bool with_source, struct trouble *trouble)
{
    char path[PATH_MAX + 256];
    DIR *dir = opendir(workspace->dir);
    int err = dir ? 0 : trouble_note(trouble, errno, workspace->dir);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        snprintf(path, sizeof(path), "%s/%s", workspace->dir, entry->d_name);
        int entry_err = keep(entry, with_source) ? 0 : walk_remove(path, trouble);
        if (!err)
            err = entry_err;
    }
    if (dir)
        closedir(dir);
    return err;
}

int workspace_clear(const struct workspace *workspace, struct trouble *trouble)
{
    return empty(workspace, true, trouble);
}

int workspace_empty(const struct workspace *workspace, struct trouble *trouble)
{
    return empty(workspace, false, trouble);
}

int workspace_settle(const struct workspace *workspace, struct trouble *trouble)
{
    int fd = open(workspace->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = fd < 0 || fsync(fd) < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return err ? trouble_note(trouble, err, workspace->dir) : 0;
}

void workspace_remove(struct workspace *workspace)
{
    struct trouble ignored = {0};
    if (workspace->dir[0] == '\0')
        return;
    empty(workspace, false, &ignored);
    rmdir(workspace->dir);
    workspace->dir[0] = '\0';
}
