/* SPDX-License-Identifier: MIT */
/* preserve: what a file has besides its bytes, carried to another file. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

/* The groups that --preserve=LIST names. */
enum attribute {
    ATTRIBUTE_MODE = 1 << 0,
    ATTRIBUTE_OWNERSHIP = 1 << 1,
    ATTRIBUTE_TIMESTAMPS = 1 << 2,
    ATTRIBUTE_XATTR = 1 << 3,    /* extended attributes and ACLs */
    ATTRIBUTE_TOLERANT = 1 << 4, /* --preserve=all: what the destination can't hold is left out */
};

/*
 * Gives `to` the `which` attributes of `from`, whose status is `st`: owner, then mode, then
 * extended attributes, then times (atime and mtime, to the nanosecond). An ordinary user who can't
 * give a file away keeps it, as with cp, and then no set-id bit is carried. Returns 0 or -errno,
 * the failed part in *what.
 */
int attributes_carry(int from, int to, const struct stat *st, unsigned which, const char **what);

/*
 * Makes `staged`, which is to replace the file `old`, its equal in owner, extended attributes and
 * ACL (the mode is the stage's). Returns 0, or -errno where a new inode can't have them.
 */
int attributes_adopt(int old, int staged, const struct stat *old_st);

/* The same, from the file called `name` in the directory dir_fd. */
int attributes_adopt_from(int dir_fd, const char *name, int staged, const struct stat *old_st);
