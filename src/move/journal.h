/* SPDX-License-Identifier: MIT */
/*
 * The journal of a copy that can be resumed: a file beside the staged one, with a header that says
 * what is copied, and a record for every chunk that has been. Nothing in it is trusted: each record
 * has a checksum of its own, and what it claims is checked against the staged file before it
 * counts.
 */
#pragma once

#include "base/name.h"
#include "move/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is copied. All of it must be unchanged for a journal to be of use. */
struct journal_subject {
    uint64_t size, data;           /* bytes of the source; without its holes */
    int64_t mtime_sec, mtime_nsec; /* of the source */
    int64_t ctime_sec, ctime_nsec; /* because mtime can be set back */
    uint64_t inode;                /* of the source */
    uint64_t chunk_len;            /* bytes */
    XXH64_hash_t layout;           /* hash of where its data is, see journal_layout */
};

/* What there was when a journal was opened. */
enum journal_found {
    JOURNAL_NEW,     /* nothing */
    JOURNAL_USABLE,  /* one of this very copy */
    JOURNAL_CHANGED, /* one of another state of the source */
    JOURNAL_CHUNKS,  /* one of this state of the source, but of other chunks */
    JOURNAL_VERSION, /* one in the format of another version of mpcp */
    JOURNAL_DAMAGED, /* one whose header is invalid */
};

struct journal {
    int fd; /* -1 until opened */
    int dir_fd;
    char name[NAME_ROOM]; /* beside the destination */
    XXH64_hash_t key;     /* of the header: records of other journals don't count */
};

/* A hash of the list of extents. */
struct extents;
XXH64_hash_t journal_layout(const struct extents *extents);

/*
 * Reads a journal's bytes: marks as RECORD_CLAIMED, with its hash, each chunk that a good record
 * names. *damaged becomes the number of bytes after the header that were invalid.
 */
enum journal_found journal_parse(const void *bytes, size_t len,
                                 const struct journal_subject *subject, struct records *records,
                                 size_t *damaged);

/*
 * Opens, and locks, the journal of the destination called `name`, creating it if there is none;
 * *found and *damaged tell what there was. Returns 0 or -errno: -EPERM if the file of that name
 * belongs to somebody else, -EBUSY if another process has it locked.
 */
int journal_open(struct journal *journal, int dir_fd, const char *name,
                 const struct journal_subject *subject, struct records *records,
                 enum journal_found *found, size_t *damaged);

/* Makes it an empty one for `subject`. Returns 0 or -errno. */
int journal_start(struct journal *journal, const struct journal_subject *subject);

/* Notes that a chunk is copied. Any worker may call it. If it can't be noted, the chunk is only
 * copied again. */
void journal_append(const struct journal *journal, uint64_t index, XXH128_hash_t hash);

/* Removes it and closes it. Returns 0, or -errno if it stays. */
int journal_remove(struct journal *journal);

/* Closes it. It stays for the next run. Safe at any time. */
void journal_close(struct journal *journal);
