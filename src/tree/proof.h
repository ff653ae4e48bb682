/* SPDX-License-Identifier: MIT */
/*
 * The proof that another node sees the same files: it finds a file with a random name where the
 * operands are copied to, and the sources as they were a moment ago.
 */
#pragma once

#include "base/name.h"
#include "cli/options.h"
#include "tree/parcel.h"

/* Makes the file in a directory ("": the working directory), and removes those of runs that have
 * ended; *inode is its number. Returns 0 or -errno. */
int proof_make(const char *root, char hidden[NAME_ROOM], uint64_t *inode);
void proof_remove(const char *root, const char *hidden);

/* Makes and removes such a file: can this node write there, too? Returns 0 or -errno. */
int proof_try(const char *root);

/* Packs what identifies the sources on the command line: those that are directories. */
void proof_pack_sources(struct packing *packing, const struct options *options);

/* How much of it another node finds. */
enum proof { PROOF_FOUND, PROOF_NO_DESTINATION, PROOF_NO_SOURCE };

/* Looks once. `sources` is what was packed; same[side]: inode numbers are the same, too. */
enum proof proof_look(const char *root, const char *hidden, uint64_t inode,
                      struct unpacking sources, const struct options *options, bool same[2]);
