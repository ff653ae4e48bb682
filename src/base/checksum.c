/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#ifdef MPCP_SHA256
#include <nettle/sha2.h>
#endif

/* One kind, by its library. */
struct kind {
    const char *name;
    size_t len; /* bytes */
    void *(*create)(void);
    void (*add)(void *state, const void *bytes, size_t len);
    void (*end)(void *state, unsigned char *bytes);
    void (*destroy)(void *state);
};

/* --- XXH3 --- */

static void *xxh_create(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state)
        XXH3_128bits_reset(state);
    return state;
}

static void xxh_add(void *state, const void *bytes, size_t len)
{
    XXH3_128bits_update(state, bytes, len);
}

static void xxh_end(void *state, unsigned char *bytes)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
    memcpy(bytes, canonical.digest, sizeof(canonical.digest));
}

static void xxh_destroy(void *state)
{
    XXH3_freeState(state);
}

/* --- SHA-256 --- */

#ifdef MPCP_SHA256
static void *sha_create(void)
{
    struct sha256_ctx *state = malloc(sizeof(*state));
    if (state)
        sha256_init(state);
    return state;
}

static void sha_add(void *state, const void *bytes, size_t len)
{
    sha256_update(state, len, bytes);
}

static void sha_end(void *state, unsigned char *bytes)
{
    sha256_digest(state, SHA256_DIGEST_SIZE, bytes);
}
#endif

/* --- all of them --- */

static const struct kind kinds[CHECKSUM_KINDS] = {
    [CHECKSUM_XXH128] = {"xxh128", 16, xxh_create, xxh_add, xxh_end, xxh_destroy},
#ifdef MPCP_SHA256
    [CHECKSUM_SHA256] = {"sha256", 32, sha_create, sha_add, sha_end, free},
#else
    [CHECKSUM_SHA256] = {"sha256", 32},
#endif
};

const char *checksum_name(enum checksum_kind kind)
{
    return kinds[kind].name;
}

size_t checksum_len(enum checksum_kind kind)
{
    return kinds[kind].len;
}

bool checksum_is_built(enum checksum_kind kind)
{
    return kinds[kind].create;
}

char *checksum_spell(const struct checksum *sum, char text[CHECKSUM_TEXT])
{
    text[0] = '\0';
    for (size_t i = 0; i < checksum_len(sum->kind); i++)
        sprintf(text + 2 * i, "%02x", sum->bytes[i]);
    return text;
}

bool checksum_equal(const struct checksum *a, const struct checksum *b)
{
    return a->kind == b->kind && memcmp(a->bytes, b->bytes, checksum_len(a->kind)) == 0;
}

int summer_init(struct summer *s, enum checksum_kind kind)
{
    assert(checksum_is_built(kind));
    *s = (struct summer){kind, kinds[kind].create()};
    return s->state ? 0 : -ENOMEM;
}

void summer_add(struct summer *s, const void *bytes, size_t len)
{
    kinds[s->kind].add(s->state, bytes, len);
}

struct checksum summer_end(struct summer *s)
{
    struct checksum sum = {.kind = s->kind};
    kinds[s->kind].end(s->state, sum.bytes);
    return sum;
}

void summer_release(struct summer *s)
{
    if (s->state)
        kinds[s->kind].destroy(s->state);
    *s = (struct summer){0};
}
