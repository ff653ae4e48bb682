/* SPDX-License-Identifier: MIT */
/* Where a file is: a name below an open directory; and what people are told it is called. */
#pragma once

#include <fcntl.h>
#include <stdbool.h>

struct location {
    int dir_fd;       /* borrowed; AT_FDCWD: the name is the path as the user wrote it */
    const char *name; /* below it */
    const char *path; /* in messages */
    bool no_follow;   /* what bears the name itself is meant: no symbolic link is followed */
    bool displaced;   /* of a destination: what bears the name makes way for a new file */
    bool awaited;     /* of a source: a FIFO is known to be one, and its writer is waited for */
};

/* Of an operand. */
static inline struct location location_of(const char *path)
{
    return (struct location){.dir_fd = AT_FDCWD, .name = path, .path = path};
}
