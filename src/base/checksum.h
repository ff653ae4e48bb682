/* SPDX-License-Identifier: MIT */
/*
 * Checksums of whole files, as the tools of others print and check them: XXH3 of 128 bits
 * (xxhsum -H2), by libxxhash, which finds accidents; SHA-256 (sha256sum), by nettle, which finds
 * forgery, too. Not to be confused with the hashes of chunks in move/digest.h, which nobody else
 * sees.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum checksum_kind { CHECKSUM_NONE, CHECKSUM_XXH128, CHECKSUM_SHA256, CHECKSUM_KINDS };

enum {
    CHECKSUM_MOST = 32,                   /* bytes of any kind, at most */
    CHECKSUM_TEXT = 2 * CHECKSUM_MOST + 1 /* room for that as text */
};

struct checksum {
    enum checksum_kind kind; /* CHECKSUM_NONE: there is none */
    unsigned char bytes[CHECKSUM_MOST];
};

/* As --digest, --json and so on call them: "sha256". */
const char *checksum_name(enum checksum_kind kind);

/* How many bytes it has. */
size_t checksum_len(enum checksum_kind kind);

/* Was the program built with what it takes? */
bool checksum_is_built(enum checksum_kind kind);

/* As hexadecimal digits; returns text. */
char *checksum_spell(const struct checksum *sum, char text[CHECKSUM_TEXT]);

/* Are both of one kind, and the same? */
bool checksum_equal(const struct checksum *a, const struct checksum *b);

/* Makes one of bytes that come in order. */
struct summer {
    enum checksum_kind kind;
    void *state; /* of the library; allocated */
};

/* Begins, for a kind that is built in. Returns 0 or -ENOMEM; summer_release must follow in either
 * case. */
int summer_init(struct summer *summer, enum checksum_kind kind);
void summer_add(struct summer *summer, const void *bytes, size_t len);

/* The checksum of what has come. No more may come. */
struct checksum summer_end(struct summer *summer);
void summer_release(struct summer *summer);
