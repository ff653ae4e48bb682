/* SPDX-License-Identifier: MIT */
/*
 * What is known of each chunk of one copy, in memory shared with the workers: the hash of its
 * bytes, once they are copied, or as claimed by a journal. Only --verify and --resume need it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <xxhash.h>

enum record_state {
    RECORD_NONE,
    RECORD_CLAIMED, /* a journal says that an earlier run copied it: to be checked */
    RECORD_KEPT,    /* it was checked, and is right */
    RECORD_COPIED,  /* by this run */
    RECORD_SYNCING, /* and is on its way to the disk, */
    RECORD_TOLD,    /* or already there: the node that copied it tells the leading one */
    RECORD_STATES,
};

struct record {
    XXH128_hash_t hash;
    _Atomic enum record_state state; /* written by the worker that has claimed the chunk */
};

struct records {
    size_t count;
    size_t chunk_len; /* chunk i is the bytes from i * chunk_len on; no chunk crosses that grid */
    size_t room;      /* how many there is memory for */
    struct record list[];
};

enum { RECORDS_MAX = 1 << 22 };

/* Records for `bytes` bytes; for RECORDS_MAX chunks if that is -1, which take up memory only as
 * they are used. NULL and errno when there is no memory. */
struct records *records_create(off_t bytes, size_t chunk_len);

/* Releases them; NULL is fine. */
void records_destroy(struct records *records);

/* Makes them those of another copy, of which nothing is known yet. Returns false if there is no
 * room for so many. */
bool records_reuse(struct records *records, off_t bytes, size_t chunk_len);

/* Forgets all that is known. */
void records_forget(struct records *records);

/* Is anything known of any chunk? */
bool records_any(const struct records *records);

/* How many of the first `bytes` bytes an earlier run had copied. */
off_t records_kept(const struct records *records, off_t bytes);

/* The record of the chunk that `off` lies in, or NULL if there is none. */
struct record *record_at(struct records *records, off_t off);

/* The records of `len` bytes from `off` on, and how many these are; NULL: the bytes aren't whole
 * chunks, or not all of them have a record. */
struct record *records_of(struct records *records, off_t off, off_t len, size_t *count);

/* Takes the records of `len` bytes from `off` on from what another process says of them: `size`
 * bytes, which may be anything. Returns false, and takes none, if they are invalid. */
bool records_take_in(struct records *records, off_t off, off_t len, const void *bytes, size_t size);
