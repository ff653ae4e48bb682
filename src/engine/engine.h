/* SPDX-License-Identifier: MIT */
/*
 * An engine is one way to move bytes. Each is a file of its own that fills in a struct engine and
 * knows nothing of workers, staging or messages; engine.c holds the table and the fallback.
 */
#pragma once

#include "block.h"
#include "io.h"

#include <stdbool.h>
#include <sys/types.h>

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
    size_t chunk_len; /* no chunk is longer than this */
    const struct engine *engine;
    struct failure failure; /* set by copy() before it returns an error */

    /* The engine's own, between prepare and release. */
    char *src_map, *dst_map;
    off_t mapped_off, mapped_end; /* what this worker has copied and not yet unmapped */
    off_t page;
    char *buffer;
};

struct engine {
    const char *name; /* as in --engine=NAME */
    const char *help;
    enum split split;

    /* The parent calls it once, before any fork. Returns 0 or -errno; one of the errors that
     * engine_prepare counts as "not supported" lets the next engine try. */
    int (*prepare)(struct transfer *t);

    /* A worker calls it for every chunk it has claimed (SPLIT_BLOCKS), or with ascending offsets
     * until it returns 0 (SPLIT_STREAM). Returns the bytes moved: for SPLIT_BLOCKS always
     * chunk.len, for SPLIT_STREAM any number up to it; or -errno with t->failure set. An end of the
     * source before t->size is the failure ENODATA. It never prints, and never returns with less
     * done in silence. */
    ssize_t (*copy)(struct transfer *t, struct chunk chunk);

    /* The parent calls it once, after the last worker is reaped, also when prepare failed halfway.
     */
    void (*release)(struct transfer *t);
};

extern const struct engine engine_mmap;
extern const struct engine engine_read_write;
extern const struct engine engine_stream;

/* The engines that --engine may name, best known first, ended by NULL. A later one is the fallback
 * of an earlier one. engine_stream is none of them: a source or destination without a size has no
 * choice. */
extern const struct engine *const engines[];

/* The engine of that name, or NULL. */
const struct engine *engine_find(const char *name);

/*
 * Prepares t with t->engine, which becomes the first engine of its fallback list that the files
 * support; with `only`, no other is tried. Returns 0 or -errno. release must follow in either case.
 */
int engine_prepare(struct transfer *t, bool only);
void engine_release(struct transfer *t);

/* Notes where a copy failed and returns -err, for engines to end with. */
ssize_t engine_fail(struct transfer *t, enum side side, off_t off, int err);
