/* SPDX-License-Identifier: MIT */
/* Where moving bytes failed. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Which of the two files a failure belongs to, and what was done with it. */
enum side {
    SIDE_SOURCE,      /* read */
    SIDE_DESTINATION, /* written */
    SIDE_MEDIUM,      /* the destination, read back: EBADMSG means that it isn't what was copied */
};

struct failure {
    int err; /* positive; ENODATA on the source means that it ended too early */
    enum side side;
    off_t off;
    size_t len; /* how many bytes from `off` on were still to be moved; 0: not known */
};
