/* SPDX-License-Identifier: MIT */
#include "workspace.h"
#include "base/size.h"

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
    int len = snprintf(workspace->dir, sizeof(workspace->dir), "%s/.mpcp-bench-XXXXXX", parent);
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
    return trouble_say(trouble, ENOSPC, "%s: source and destination need %s, %s are free",
                       workspace->dir, size_format(bytes, needed), size_format(available, there));
}

static bool keep(const struct dirent *entry, bool with_source)
{
    return strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
           (with_source && strcmp(entry->d_name, "source") == 0);
}

/* Not just the destination: a copier that was killed may have left its own temporary files. */
static int empty(const struct workspace *workspace, bool with_source)
{
    DIR *dir = opendir(workspace->dir);
    int err = dir ? 0 : -errno;
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (!keep(entry, with_source) && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
            err = -errno;
    }
    if (dir)
        closedir(dir);
    return err;
}

int workspace_clear(const struct workspace *workspace, struct trouble *trouble)
{
    int err = empty(workspace, true);
    return err ? trouble_note(trouble, -err, workspace->dir) : 0;
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
    if (workspace->dir[0] == '\0')
        return;
    empty(workspace, false);
    rmdir(workspace->dir);
    workspace->dir[0] = '\0';
}
