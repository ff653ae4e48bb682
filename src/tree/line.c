/* SPDX-License-Identifier: MIT */
#include "tree/line.h"

#include <stdlib.h>
#include <string.h>

bool line_add(struct line *line, const char *part, size_t len)
{
    char *text = realloc(line->text, line->len + len);
    if (!text)
        return false;
    memcpy(text + line->len, part, len);
    line->text = text;
    line->len += len;
    return true;
}

void line_clear(struct line *line)
{
    free(line->text);
    *line = (struct line){0};
}
