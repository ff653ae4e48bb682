/* SPDX-License-Identifier: MIT */
/*
 * The FILE of --digest: a line for each file that was copied, as soon as it is. Whichever process
 * has copied it writes its line, whole: nobody else writes meanwhile, and one that doesn't fit is
 * taken away again. So it has whole lines at any time, also when all of them are killed.
 */
#pragma once

#include "base/checksum.h"
#include "base/file_id.h"

#include <stdbool.h>

struct checksums {
    const char *path;     /* borrowed; STANDARD_STREAM: standard output */
    struct file_id id;    /* which file it is */
    bool regular, is_new; /* created just now */
    int fd;
    struct together *together; /* what all processes share */
};

/* Opens it, creates it if need be, and leaves what is in it. Returns 0 or -errno; checksums_close
 * must follow in either case. To be called before any process is forked. */
int checksums_open(struct checksums *checksums, const char *path);

/* Is it what that path leads to, STANDARD_STREAM being the file that `standard` is open to? */
bool checksums_lie_at(const struct checksums *checksums, const char *path, int standard);

/* Is it standard output, by another name? */
bool checksums_are_output(const struct checksums *checksums);

/* Was something not written, which was reported? */
bool checksums_failed(const struct checksums *checksums);

/* Empties it, once it is locked against others who write to it, until all processes have closed it.
 * Returns 0; -EBUSY if another process has it locked, and then leaves what is in it; or another
 * -errno. */
int checksums_begin(struct checksums *checksums);

/* It isn't wanted after all: one that was created is removed. */
void checksums_cancel(struct checksums *checksums);

/* Writes the line of a file; a name of NULL is one that there was no memory for. The first failure
 * is reported; then nothing more is written. */
void checksums_add(struct checksums *checksums, const struct checksum *sum, const char *name);

/* Closes it, all of it being on the disk if `sync`. Returns false if it isn't complete, which was
 * reported. */
bool checksums_close(struct checksums *checksums, bool sync);
