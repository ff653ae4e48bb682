/* SPDX-License-Identifier: MIT */
/*
 * A file system and a user that can do less than those of this machine: the functions below replace
 * the C library's, and refuse what is set as lacking.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
    bool tmpfile;   /* O_TMPFILE is not supported */
    bool noreplace; /* nor is RENAME_NOREPLACE */
    bool privilege; /* linking a descriptor is not permitted */
    bool links;     /* there are no hard links */
    bool random;    /* the first hidden name is always the same */
    mode_t created; /* what the last file with a name was created with */
} lacking;

int openat(int dir_fd, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (lacking.tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if (flags & O_CREAT)
        lacking.created = mode;
    return (int)syscall(SYS_openat, dir_fd, path, flags, mode);
}

int renameat2(int old_fd, const char *old, int new_fd, const char *new, unsigned flags)
{
    if (lacking.noreplace && flags) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_renameat2, old_fd, old, new_fd, new, flags);
}

int linkat(int old_fd, const char *old, int new_fd, const char *new, int flags)
{
    if (lacking.privilege && flags & AT_EMPTY_PATH) {
        errno = ENOENT;
        return -1;
    }
    if (lacking.links) {
        errno = EPERM;
        return -1;
    }
    return (int)syscall(SYS_linkat, old_fd, old, new_fd, new, flags);
}

ssize_t getrandom(void *buf, size_t len, unsigned flags)
{
    if (!lacking.random)
        return (ssize_t)syscall(SYS_getrandom, buf, len, flags);
    memset(buf, 0xab, len);
    lacking.random = false;
    return (ssize_t)len;
}
