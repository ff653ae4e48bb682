/* SPDX-License-Identifier: MIT */
/* The file that is copied: random bytes, in the page cache or not, and compared with its copies. */
#pragma once

#include "trouble.h"

#include <stdint.h>
#include <sys/types.h>

/* All return 0, or -errno with the trouble said; -EINTR if a signal asks this process to end. They
 * read and write through a small buffer instead of mapping, because the peak memory of a command
 * includes what its parent had resident when it started the command. */

/* Writes a new file of `size` bytes that do not compress, and waits until it is on the medium: a
 * dirty page can't be evicted, and writing it back would disturb what is measured. */
int source_create(const char *path, uint64_t size, struct trouble *trouble);

/* The same for one of many: the caller waits for all of them at once. */
int source_write(const char *path, uint64_t size, struct trouble *trouble);

/* Brings all of it into the page cache. */
int source_warm(const char *path, struct trouble *trouble);

/* Asks the kernel to drop it from the page cache; *resident is how many bytes stayed anyway. */
int source_evict(const char *path, uint64_t *resident, struct trouble *trouble);

/* -EIO, and at which offset, if dst isn't the same as the source, byte for byte; `method` made
 * dst. */
int source_compare(const char *src, const char *dst, const char *method, struct trouble *trouble);
