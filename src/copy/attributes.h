/* SPDX-License-Identifier: MIT */
/* What a file has besides its bytes: carried from the source to the copy (preserve), or kept by a
 * copy that replaces another file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* The groups that --preserve=LIST names. */
enum attribute {
    ATTRIBUTE_MODE = 1 << 0, /* and the ACL */
    ATTRIBUTE_OWNERSHIP = 1 << 1,
    ATTRIBUTE_TIMESTAMPS = 1 << 2,
    ATTRIBUTE_XATTR = 1 << 3, /* extended attributes */
    ATTRIBUTE_TOLERANT =
        1 << 4,             /* --preserve=all: those that the destination can't hold are left out */
    ATTRIBUTE_ACL = 1 << 5, /* only in what is lacking: the mode was carried without the ACL */
    ATTRIBUTE_LINKS = 1 << 6,   /* names of one file are names of one copy */
    ATTRIBUTE_CONTEXT = 1 << 7, /* the security context */
};

enum { ATTRIBUTES_ROOM = 80 }; /* for attributes_spell */

/* What a file has that another one, which replaces it, is to keep. All zeros: nothing. */
struct attributes_kept {
    struct stat st;
    char *xattrs; /* each name, ended by NUL, the length of its value, and that; allocated */
    size_t len;   /* bytes of them */
};

/* What a finished copy is given. */
struct attributes {
    int src; /* the source, and its status when it was opened */
    const struct stat *src_st;
    unsigned which;                    /* which of its attributes are carried */
    const struct attributes_kept *old; /* of the file that is replaced, for all others; or NULL */
    int mode;                          /* if neither of them says; -1: it stays as it is */
};

/* What could not be carried, and the errno of the first failure. */
struct attributes_lack {
    unsigned which;
    int err;
};

/*
 * Gives `to` its owner, then extended attributes, then mode and ACL, then times (atime and mtime,
 * to the nanosecond): at no moment may anybody open it who may open neither what it was nor what it
 * becomes. An ordinary user who can't give a file away keeps it, as with cp, and then no set-id bit
 * is carried; nor is one without ATTRIBUTE_OWNERSHIP. Where the ACL can't be had, or isn't heeded,
 * the mode is narrowed. What can't be carried from the source, or only seems to be, is in *lack. If
 * the copy can't keep something of the file it replaces, that is returned as -errno; otherwise 0.
 */
int attributes_give(const struct attributes *a, int to, struct attributes_lack *lack);

/* What is known of a new file without asking. */
struct attributes_birth {
    bool plain; /* it has no ACL and no extended attributes, on a file system that keeps modes and
                 * owners, and lists all of these that the source has */
    uid_t uid;
    gid_t gid;
};

/* The same for a new file, in fewer system calls if the source has only the common attributes. */
int attributes_give_new(const struct attributes *a, int to, const struct attributes_birth *birth,
                        struct attributes_lack *lack);

/* Will other users than this one have the right to write to a file with these attributes? */
bool attributes_give_away(const struct attributes *a);

/* "the owner, the mode and the times": what is set in `which`. */
void attributes_spell(unsigned which, char text[ATTRIBUTES_ROOM]);

/* Reduces *mode, which umask or its directory have made of the source's mode for a new file, to
 * what it may be where `fresh` has no ACL but the source has: that mode counts a mask as the
 * group's right. Returns 0, or -errno if the ACL can't be read; then *mode gives nothing to anybody
 * else. */
int attributes_mode_of_new(int src, int fresh, int *mode);

/* What is left of the time `t` in a file system that keeps times no more exactly than those of
 * `st`, a file in it, show; or only even seconds. */
struct timespec attributes_cut_time(struct timespec t, const struct stat *st, bool even_seconds);

/* Opens the file called `name` in the directory dir_fd, to read its attributes. Returns the
 * descriptor or -errno. */
int attributes_open(int dir_fd, const char *name);

/* Reads them. Returns 0 or -errno; attributes_release must follow either way. */
int attributes_read(int fd, struct attributes_kept *kept);
void attributes_release(struct attributes_kept *kept);

/* Can a new file of this user have all of them, as far as can be known without trying? */
bool attributes_are_plain(const struct attributes_kept *kept);
