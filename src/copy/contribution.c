/* SPDX-License-Identifier: MIT */
#include "copy/contribution.h"
#include "base/size.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_sane(const struct contribution *c)
{
    return memchr(c->node, '\0', sizeof(c->node)) && c->bytes >= 0 && c->verified >= 0 &&
           isfinite(c->seconds) && c->seconds >= 0;
}

struct contribution *contributions_read(const void *bytes, size_t size, unsigned *count)
{
    *count = (unsigned)(size / sizeof(struct contribution));
    if (!bytes || *count == 0 || size % sizeof(struct contribution) != 0)
        return NULL;
    struct contribution *list = malloc(size);
    if (!list)
        return NULL;
    memcpy(list, bytes, size);
    for (unsigned i = 0; i < *count; i++)
        if (!is_sane(&list[i])) {
            free(list);
            return NULL;
        }
    return list;
}

void contributions_put(const struct contribution *list, unsigned count, char *text, size_t room)
{
    size_t len = 0;
    *text = '\0';
    for (unsigned i = 0; i < count; i++) {
        char size[SIZE_TEXT];
        size_format((uint64_t)list[i].bytes, size);
        int added =
            snprintf(text + len, room - len, "%s%s %s", i > 0 ? ", " : "", list[i].node, size);
        if (added < 0 || (size_t)added >= room - len) {
            text[len] = '\0'; /* it ends with the last one for which there is room */
            return;
        }
        len += (size_t)added;
    }
}
