/* SPDX-License-Identifier: MIT */
/* The names in a directory, some thousands at a time, in the order of their inodes: nearly the
 * order on the disk, which matters when the source is cold. */
#pragma once

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

struct listed {
    ino_t ino;
    unsigned char type; /* DT_REG and so on */
    const char *name;
};

enum { LISTING_MOST = 4096, LISTING_ROOM = 256 << 10 };

struct listing {
    DIR *dir;
    struct dirent *next; /* that there was no room for before */
    size_t count;
    struct listed list[LISTING_MOST];
    char names[LISTING_ROOM];
};

/* Opens the directory of dir_fd, which stays open. NULL and errno if that can't be done. */
struct listing *listing_open(int dir_fd);

/* Reads the next names, except "." and "..". Returns how many, 0 at the end, or -errno. */
ssize_t listing_read(struct listing *listing);

void listing_close(struct listing *listing);
