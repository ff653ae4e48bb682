/* SPDX-License-Identifier: MIT */
/* Any bytes as an errand of another node: they are refused, or are valid and give the same bytes
 * when packed again. */
#include "tree/parcel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_name(const char *name)
{
    assert(*name && !strchr(name, '/') && strcmp(name, "..") != 0);
}

static void check(const char *bytes, size_t len)
{
    struct unpacking u = {.at = bytes, .end = bytes + len};
    struct errand_text text;
    struct packing p = {0};
    if (errand_unpack(&u, &text)) {
        for (size_t i = 1; i < text.depth; i++)
            check_name(text.steps[i].name), check_name(text.steps[i].dst_name);
        for (size_t i = 0; i < text.count; i++)
            check_name(text.items[i].name), check_name(text.items[i].dst_name);
        errand_pack(&p, &text);
        assert(!p.failed && p.len == len && memcmp(p.bytes, bytes, len) == 0);
    }
    errand_text_release(&text);
    free(p.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *bytes = malloc(len + 1); /* separate memory, so that a step too far is noticed */
    assert(bytes);
    if (len > 0)
        memcpy(bytes, data, len);
    check(bytes, len);
    free(bytes);
    return 0;
}
