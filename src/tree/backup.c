/* SPDX-License-Identifier: MIT */
#include "tree/backup.h"
#include "base/file_id.h"
#include "base/io.h"
#include "tree/appear.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The N of "NAME.~N~"; 0: it isn't one of these. */
static unsigned long number_of(const char *entry, const char *name)
{
    size_t len = strlen(name);
    char *end;
    if (strncmp(entry, name, len) != 0 || strncmp(entry + len, ".~", 2) != 0 ||
        entry[len + 2] < '1' || entry[len + 2] > '9')
        return 0;
    unsigned long number = strtoul(entry + len + 2, &end, 10);
    return strcmp(end, "~") == 0 ? number : 0;
}

/* The highest number of a backup; 0: there is none. Returns 0 or -errno. */
static int find_highest(int dir_fd, const char *name, unsigned long *highest)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    *highest = 0;
    if (!dir)
        return errno == EACCES ? 0 : -errno; /* it may be writable but not readable */
    for (struct dirent *entry; (entry = readdir(dir));) {
        unsigned long number = number_of(entry->d_name, name);
        *highest = number > *highest ? number : *highest;
    }
    closedir(dir);
    return 0;
}

struct linking {
    const char *from;
};

static int link_to(void *arg, int dir_fd, const char *name)
{
    const struct linking *l = arg;
    return linkat(dir_fd, l->from, dir_fd, name, 0) < 0 ? -errno : 0;
}

static bool is_same(int dir_fd, const char *one, const char *other)
{
    struct stat a, b;
    return fstatat(dir_fd, one, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstatat(dir_fd, other, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
           file_id_equal(file_id_of(&a), file_id_of(&b));
}

/* A link to a directory isn't forbidden by the file system: no file has that name any more. */
static int rename_file(int dir_fd, const char *name, const char *backup, bool replace)
{
    struct stat st;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return S_ISDIR(st.st_mode) ? -EISDIR : io_rename(dir_fd, name, backup, replace);
}

/* With `replace`, in place of what has that name. */
static int name_backup(int dir_fd, const char *name, const char *backup, bool replace)
{
    struct linking l = {name};
    if (replace &&
        is_same(dir_fd, name, backup)) /* left by a run that was killed: a rename between */
        return BACKUP_LINKED;          /* two names of one file would do nothing */
    int rc = appear(dir_fd, backup, replace, link_to, &l);
    bool unlinkable = rc == -EPERM || rc == -EOPNOTSUPP || rc == -ENOSYS || rc == -EMLINK;
    if (!unlinkable)
        return rc < 0 ? rc : BACKUP_LINKED;
    rc = rename_file(dir_fd, name, backup, replace);
    return rc < 0 ? rc : BACKUP_RENAMED;
}

/* 0: it is to be a simple one. */
static unsigned long next_number(enum backup kind, unsigned long highest)
{
    return kind == BACKUP_NUMBERED || highest > 0 ? highest + 1 : 0;
}

static int spell(const char *name, const char *suffix, struct backup_name *chosen)
{
    int len = chosen->number > 0 ? asprintf(&chosen->text, "%s.~%lu~", name, chosen->number)
                                 : asprintf(&chosen->text, "%s%s", name, suffix);
    if (len < 0)
        chosen->text = NULL;
    return len < 0 ? -ENOMEM : 0;
}

int backup_choose(int dir_fd, const char *name, enum backup kind, const char *suffix,
                  struct backup_name *chosen)
{
    unsigned long highest = 0;
    *chosen = (struct backup_name){0};
    int rc = io_check_removable(dir_fd, name); /* or a further name of it couldn't be, either */
    if (rc == 0 && (kind == BACKUP_NUMBERED || kind == BACKUP_EXISTING))
        rc = find_highest(dir_fd, name, &highest);
    chosen->number = next_number(kind, highest);
    return rc < 0 ? rc : spell(name, suffix, chosen);
}

static int take_next(const char *name, struct backup_name *chosen)
{
    free(chosen->text);
    chosen->number++;
    return spell(name, "", chosen);
}

int backup_make(int dir_fd, const char *name, struct backup_name *chosen)
{
    int rc = name_backup(dir_fd, name, chosen->text, chosen->number == 0);
    while (rc == -EEXIST && chosen->number > 0) {
        rc = take_next(name, chosen);
        if (!rc)
            rc = name_backup(dir_fd, name, chosen->text, false);
    }
    return rc;
}

static int find_highest_beside(const char *path, unsigned long *highest)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");
    int fd = directory ? open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    int rc = fd < 0 ? -errno : find_highest(fd, slash ? slash + 1 : path, highest);
    if (fd >= 0)
        close(fd);
    free(directory);
    return rc;
}

char *backup_path(const char *path, enum backup kind, const char *suffix)
{
    unsigned long highest = 0;
    if (kind != BACKUP_SIMPLE && find_highest_beside(path, &highest) < 0)
        return NULL;
    struct backup_name chosen = {.number = next_number(kind, highest)};
    return spell(path, suffix, &chosen) < 0 ? NULL : chosen.text;
}

int backup_restore(int dir_fd, const char *made, const char *name)
{
    if (is_same(dir_fd, made, name))
        return unlinkat(dir_fd, made, 0) < 0 ? -errno : 0;
    return io_rename(dir_fd, made, name, false);
}
