/* SPDX-License-Identifier: MIT */
/*
 * An engine is one way to move bytes. Each is a file of its own that fills in a struct engine and
 * knows nothing of workers, staging or messages; engine.c holds the table and the fallback.
 */
#pragma once

#include "base/block.h"
#include "base/checksum.h"
#include "base/failure.h"
#include "base/io.h"

#include <stdbool.h>
#include <sys/types.h>
#include <xxhash.h>

/* How an engine's work is divided. */
enum split {
    SPLIT_BLOCKS, /* any chunk in any order, by any number of workers */
    SPLIT_STREAM, /* in order, by one worker, until end of file; the size need not be known */
};

/* The open pair being copied. Each worker has its own copy of it, made by fork. */
struct transfer {
    int src_fd,
        dst_fd; /* open while the transfer lasts; dst_fd also readable where that is possible */
    off_t size; /* bytes to copy from offset 0; meaningless to SPLIT_STREAM */
    size_t chunk_len;  /* no chunk is longer than this */
    bool sparse;       /* not every byte will be copied: what isn't must stay a hole */
    bool skip_zeros;   /* SPLIT_STREAM: leave holes for zeros */
    size_t buffer_len; /* bytes that one call moves through the page cache */
    const struct engine *engine;
    struct failure failure; /* set by copy() before it returns an error */

    XXH3_state_t
        *hasher; /* gets the bytes in passing, see engine_saw; NULL: nobody wants to know */
    struct summer *summer; /* the same, of SPLIT_STREAM only; NULL: nobody wants to know */
    void *state;           /* the engine's own, allocated by prepare; freed after release */
    char *buffer;          /* of engine_copy_plainly; NULL until it is needed */
};

struct engine {
    const char *name; /* as in --engine=NAME */
    /* For --engine=help: what it moves bytes by, in up to 30 characters, and when auto chooses it,
     * in up to 36. NULL if --engine can't name it. */
    const char *moves, *chosen;
    enum split split;
    size_t buffer_len; /* what transfer.buffer_len is unless another is asked for; 0: it has no
                          meaning */
    bool maps; /* it stores through a mapping of the destination, so it needs no lock of it */
    bool sees; /* the bytes pass through its memory, and it gives all of them to engine_saw */

    /* The parent calls it once, before any fork, when the destination has its size and its space.
     * Returns 0 or -errno; if engine_prepare counts that error as "not supported", the next engine
     * is tried. */
    int (*prepare)(struct transfer *t);

    /* A worker calls it for every chunk it has claimed (SPLIT_BLOCKS), or with ascending offsets
     * until it returns 0 (SPLIT_STREAM). Returns the bytes moved: for SPLIT_BLOCKS always
     * chunk.len, for SPLIT_STREAM any number up to it; or -errno with t->failure set. If the source
     * ends before t->size, the failure is ENODATA. Chunks begin at page boundaries, and end there
     * or at t->size. It never prints, and never does less than asked without saying so. */
    ssize_t (*copy)(struct transfer *t, struct chunk chunk);

    /* The parent calls it once, after the last worker is reaped, also when prepare failed halfway.
     * Returns 0, or -errno if a write turns out only now to have failed. NULL, as prepare may be:
     * there is nothing to do. */
    int (*release)(struct transfer *t);
};

extern const struct engine engine_copy_range;
extern const struct engine engine_mmap;
extern const struct engine engine_mmap_read;
extern const struct engine engine_mmap_write;
extern const struct engine engine_read_write;
extern const struct engine engine_sendfile;
extern const struct engine engine_splice;
extern const struct engine engine_direct;
extern const struct engine engine_direct_read;
extern const struct engine engine_stream;
extern const struct engine engine_null;

/* The engines that --engine may name, ended by NULL. engine_stream isn't one of them: with a source
 * or destination without a size there is no choice. Neither is engine_null, which moves nothing: it
 * is for the bench, and for data that is only to be hashed. */
extern const struct engine *const engines[];

/* The engine of that name, or NULL. */
const struct engine *engine_find(const char *name);

/* An engine that may be tried. */
struct candidate {
    const struct engine *engine;
    const char *why;   /* the end of a sentence */
    size_t buffer_len; /* transfer.buffer_len; 0: its own choice */
    double forecast;   /* what it should take with so many workers: ms per GiB; 0: not known */
    unsigned workers;
};

/*
 * Prepares t with the first of `candidates`, ended by one without an engine, that the files
 * support; that one becomes t->engine. Returns 0 or -errno, that of the last candidate.
 * engine_release must follow in either case; it returns what the engine's own release does.
 */
int engine_prepare(struct transfer *t, const struct candidate *candidates);
int engine_release(struct transfer *t);

/* Does the error mean "not this way", rather than "this file is broken"? err is positive. */
bool engine_is_unsupported(int err);

/* --- for engines --- */

/* Notes where a copy failed and returns -err, for engines to end with. */
ssize_t engine_fail(struct transfer *t, enum side side, off_t off, int err);

/* Hashes bytes that have been copied, if anybody wants to know. The bytes of a chunk come in order,
 * each once. */
void engine_saw(struct transfer *t, const void *bytes, size_t len);

/* Copies a chunk by pread and pwrite. */
ssize_t engine_copy_plainly(struct transfer *t, struct chunk chunk);

/* Copies what is left of a chunk after `done` bytes in the same way; returns chunk.len. For when an
 * engine's own call stopped there, for whatever reason: plain calls go on, or tell which file
 * failed and why. */
ssize_t engine_finish_plainly(struct transfer *t, struct chunk chunk, size_t done);
