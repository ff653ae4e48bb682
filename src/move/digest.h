/* SPDX-License-Identifier: MIT */
/* Hashes of what a file holds: XXH3, 128 bits, by libxxhash. They find accidents, not forgery. */
#pragma once

#include "base/extent.h"

#include <xxhash.h>

/* Reads data in order to hash it; one per process. */
struct digester {
    XXH3_state_t *state;
    char *buffer; /* made of huge pages, which suit direct I/O best; allocated when needed */
};

/* Returns 0 or -ENOMEM; digester_release must follow in either case. */
int digester_init(struct digester *digester);
void digester_release(struct digester *digester);

/*
 * Hashes `len` bytes of the row of data that the extents make (see extent.h), from data_off on, as
 * read from fd, which may be open for direct I/O. Returns 0 or -errno: -ENODATA if the file ends
 * before them; *off is then where in the file.
 */
int digest_data(struct digester *digester, int fd, const struct extents *extents, off_t data_off,
                size_t len, XXH128_hash_t *hash, off_t *off);
