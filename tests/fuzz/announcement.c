/* SPDX-License-Identifier: MIT */
/* Any text as the announcement of a copy that other nodes should join in: it is refused, or is
 * valid and gives the same text when it is packed again. */
#include "cluster/message.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_row(const struct extents *extents, off_t size)
{
    off_t end = 0, bytes = 0;
    for (size_t i = 0; i < extents->count; i++) {
        const struct extent *e = &extents->list[i];
        assert(e->off >= end && e->len > 0 && e->data_off == bytes && e->off + e->len <= size);
        end = e->off + e->len;
        bytes += e->len;
    }
    assert(bytes == extents->bytes);
}

static void check(const char *text, uint32_t size)
{
    struct announcement a;
    uint32_t again_size;
    if (!message_unpack(text, size, &a))
        return;
    check_row(&a.extents, a.size);
    assert(strlen(a.src) + strlen(a.dst) + strlen(a.hidden) < size && !strchr(a.hidden, '/'));
    char *again = message_pack(&a, &again_size);
    assert(again && again_size <= size);
    assert(again_size < size || memcmp(again, text, size) == 0);
    free(again);
    extents_release(&a.extents);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1); /* separate memory, so that a step too far is noticed */
    assert(text);
    if (len > 0)
        memcpy(text, data, len);
    check(text, (uint32_t)len);
    free(text);
    return 0;
}
