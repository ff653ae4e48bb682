/* SPDX-License-Identifier: MIT */
/*
 * POSIX ACLs (acl(5)). The mode of a file that has one shows the ACL's mask in the place of the
 * group's permission: without the ACL, its mode would give rights to those who have none. An ACL
 * that a file system can't have is treated as if it weren't there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

extern const char acl_attribute[]; /* the extended attribute that it is kept in */

/* Where it can't be found out, the first says no, and the second yes. */
bool acl_is_there(int fd);
bool acl_may_be_there(int fd);

/* Reads it in the kernel's format: *acl, which is valid until the next call. Returns its length, 0
 * if there is none, or -errno. */
ssize_t acl_read(int fd, const void **acl);

/* The same for a directory's default ACL, which is given to what is created in it. */
ssize_t acl_read_default(int fd, const void **acl);

/* Gives one directory the default ACL of another, or removes it if there is none. Returns 0 or
 * -errno; 0, too, where there can't be any. */
int acl_carry_default(int src, int dst);

/* Gives fd such an ACL, and with it the mode that it implies. Returns 0 or -errno. */
int acl_give(int fd, const void *acl, size_t len);

/* The permission bits of a file that has the ACL of `len` bytes, where the file system heeds ACLs;
 * -1 if it is invalid. */
int acl_mode(const void *acl, size_t len);

/* Removes the ACL. The group then has what the mode says, which was the mask: narrow that first if
 * others can open the file. Returns 0 or -errno. */
int acl_drop(int fd);

/* What remains of `mode` for a file without the ACL of `len` bytes that belonged to it: nobody may
 * do with the file what the ACL denies. If the ACL is invalid, only the owner's bits remain. */
mode_t acl_narrow(const void *acl, size_t len, mode_t mode);
