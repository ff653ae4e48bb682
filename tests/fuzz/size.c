/* SPDX-License-Identifier: MIT */
/* Any text as a size: it is refused, or one that fits in a file and is written back as text. */
#include "base/size.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const char *text)
{
    uint64_t bytes = UINT64_MAX;
    char written[SIZE_TEXT];
    int rc = size_parse(text, &bytes);
    assert(rc == 0 || ((rc == -EINVAL || rc == -ERANGE) && bytes == UINT64_MAX));
    if (rc < 0)
        return;
    assert(bytes <= INT64_MAX);
    assert(strspn(text, "0123456789.") > 0 && strlen(size_format(bytes, written)) < SIZE_TEXT);
    if (strspn(text, "0123456789") == strlen(text))
        assert(bytes == strtoull(text, NULL, 10));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1);
    assert(text);
    if (len > 0) /* data may be NULL then */
        memcpy(text, data, len);
    text[len] = '\0';
    check(text);
    free(text);
    return 0;
}
