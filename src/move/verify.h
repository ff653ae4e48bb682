/* SPDX-License-Identifier: MIT */
/*
 * verify: reads a copy back from the medium, not from the page cache, hashes it again, and compares
 * that with the hashes made while it was copied.
 */
#pragma once

#include "base/failure.h"
#include "move/digest.h"
#include "move/record.h"
#include "move/worker.h"

struct verifier {
    int fd; /* the copy, opened once more; -1 until then */
    off_t size;
    const struct extents *extents;
    struct records *records;
    struct digester digester;
    struct failure failure; /* of SIDE_MEDIUM */
};

/* Opens the copy `fd`, of `size` bytes, all of which is on the medium by now, for direct I/O, or
 * else drops its cached pages. Returns 0 or -errno; verify_release must follow. */
int verify_prepare(struct verifier *verifier, int fd, off_t size, const struct extents *extents,
                   struct records *records);

/* The work to hand to worker_run_all: compares each chunk. */
struct work verify_work(struct verifier *verifier, size_t chunk_len);

/* Checks that what isn't data is zeros. Returns 0, or -errno with verifier->failure set. */
int verify_holes(struct verifier *verifier, size_t page);

void verify_release(struct verifier *verifier);
