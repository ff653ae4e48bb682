/* SPDX-License-Identifier: MIT */
/* Any bytes as what Lustre says of how a file is spread: they are refused, or are stripes of a
 * possible size, and the same if more bytes follow. */
#include "base/stripe.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { MORE = 16 };

/* In separate memory, so that a step too far is noticed. */
static size_t parse(const uint8_t *data, size_t len, size_t more, off_t size)
{
    char *attribute = calloc(1, len + more + 1);
    assert(attribute);
    if (len > 0)
        memcpy(attribute, data, len);
    size_t stripe = stripe_parse(attribute, len + more, size);
    free(attribute);
    return stripe;
}

static void check(const uint8_t *data, size_t len, off_t size)
{
    size_t stripe = parse(data, len, 0, size);
    assert(stripe % (64 << 10) == 0 && stripe <= UINT32_MAX);
    assert(stripe == 0 || parse(data, len, MORE, size) == stripe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    check(data, len, 0);
    check(data, len, 100 << 20);
    check(data, len, INT64_MAX);
    return 0;
}
