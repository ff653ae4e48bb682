/* SPDX-License-Identifier: MIT */
/* What is known of a file system by its magic number (statfs(2)), whatever is copied on it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether what is written may be compressed, so that nobody knows how much room it will take. */
enum compression {
    COMPRESSION_NONE,
    COMPRESSION_SHOWN,  /* if a flag of the file or directory, or a mount option, says so */
    COMPRESSION_HIDDEN, /* perhaps, and nothing shows it */
};

struct filesystem {
    unsigned magic;
    const char *name;
    bool made_up;   /* files are made when they are read, and stat(2) doesn't know their size */
    bool in_memory; /* there is no disk that would have to be waited for */
    bool local;     /* one kernel has it mounted, and immediately shows what others do through its
                       server */
    bool network;   /* files are on other machines, which any call may have to wait for */
    bool remote;    /* and its server can copy them by itself */
    bool reflinks;  /* files may share extents (FICLONE) */
    bool invents;   /* each machine makes up its own inode numbers */
    bool even_seconds; /* times are kept to two seconds */
    bool exact_names;  /* names are bytes; case is folded only if a directory's flag, or mkfs, asks
                          for it */
    enum compression compression;
};

/* The entry for a magic number; one called "unknown", of which nothing is known, for others. */
const struct filesystem *filesystem_of(long magic);

/* Are the files of other machines used through it? `mount` is the number under which it is mounted
 * (stx_mnt_id of statx(2)); without it (0), nothing is known of file systems in user space. */
bool filesystem_is_network(long magic, uint64_t mount);

/* Is the file system that is mounted under that number (stx_mnt_id of statx(2)) mounted with an
 * option like this one? True where that can't be found out. */
bool filesystem_mounted_with(uint64_t mount, const char *option);

/* Is a file system mounted on the directory `name` below dir_fd, or a part of the same one (mount
 * --bind)? Kernels before 5.8 notice only another one. A symbolic link is followed only if
 * `follow`. False, too, if there is nothing of that name. */
bool filesystem_is_mounted_on(int dir_fd, const char *name, bool follow);
