/* SPDX-License-Identifier: MIT */
/* Room for a file's data: whether there is enough, and reserving it. */
#pragma once

#include "base/extent.h"

/* Looks whether the file system of fd has room for `bytes` more. Returns 0, -ENOSPC or -errno. */
int room_look(int fd, off_t bytes);

/* Reserves the given extents of fd, if the file system can; its size stays. Returns 0 or -errno,
 * such as ENOSPC or EDQUOT; then the file is as it was, and takes up no more room than before. */
int room_take(int fd, const struct extents *extents);

/* Makes a hole of all below `size` that isn't in `data`. Returns 0 or -errno, such as -EOPNOTSUPP;
 * -EINTR: a signal asks to stop. */
int room_clear(int fd, const struct extents *data, off_t size);
