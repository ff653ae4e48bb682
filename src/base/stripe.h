/* SPDX-License-Identifier: MIT */
/*
 * How Lustre has spread a file over its servers: in stripes, which the extended attribute
 * "lustre.lov" describes. Two machines that write into one stripe wait for each other's locks.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/*
 * The size of the stripes, in bytes, according to such an attribute of `len` bytes; where parts of
 * the file are spread differently, that of the part that most of its first `size` bytes are in. 0:
 * it isn't spread, or the attribute is invalid. Nothing in it is believed before it is checked.
 */
size_t stripe_parse(const void *attribute, size_t len, off_t size);

/* The same for an open file that has, or will have, `size` bytes. 0, too, if it isn't on Lustre. */
size_t stripe_of(int fd, off_t size);
