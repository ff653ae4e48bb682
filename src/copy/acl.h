/* SPDX-License-Identifier: MIT */
/*
 * POSIX ACLs (acl(5)). A file that has one shows its mask where others have the group's permission:
 * without the ACL, its mode would give rights to those who have none. What a file system can't have
 * is as if it weren't there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

extern const char acl_attribute[]; /* the extended attribute that it is kept in */

/* They differ where it can't be found out. */
bool acl_is_there(int fd);
bool acl_may_be_there(int fd);

/* Reads it as the kernel has it: *acl, which is good until the next call. Returns its length, 0 if
 * there is none, or -errno. */
ssize_t acl_read(int fd, const void **acl);

/* The same of a directory's default ACL, which what is created in it gets. */
ssize_t acl_read_default(int fd, const void **acl);

/* Gives one directory the default ACL of another, or none. Returns 0 or -errno; 0, too, where there
 * can be none. */
int acl_carry_default(int src, int dst);

/* Gives fd such an ACL, and with it what that says of the mode. Returns 0 or -errno. */
int acl_give(int fd, const void *acl, size_t len);

/* The permission bits of a file that has the ACL of `len` bytes, where the file system heeds ACLs;
 * -1 if it makes no sense. */
int acl_mode(const void *acl, size_t len);

/* Takes the ACL away. The group then has what the mode says, which was the mask: narrow it first,
 * if others can open the file. Returns 0 or -errno. */
int acl_drop(int fd);

/* What remains of `mode` for a file without the ACL of `len` bytes that went with it: nobody may do
 * with it what the ACL denies. If that makes no sense, it is what is the owner's. */
mode_t acl_narrow(const void *acl, size_t len, mode_t mode);
