/* SPDX-License-Identifier: MIT */
/* Any text as a line of checksums: it is refused, or one that is written back so that it is read as
 * the same. */
#include "base/checksum_line.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(char *text, size_t len)
{
    struct checksum sum, again;
    const char *name, *name_again;
    if (!checksum_parse(text, &sum, &name))
        return;
    assert(name > text && name < text + len && *name);
    size_t written;
    char *line = checksum_line(&sum, name, &written);
    assert(line && line[written - 1] == '\n' && !memchr(line, '\n', written - 1));
    line[written - 1] = '\0';
    assert(checksum_parse(line, &again, &name_again));
    assert(checksum_equal(&sum, &again) && strcmp(name, name_again) == 0);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1);
    assert(text);
    if (len > 0) /* data may be NULL then */
        memcpy(text, data, len);
    text[len] = '\0';
    check(text, len);
    free(text);
    return 0;
}
