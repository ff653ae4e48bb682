/* SPDX-License-Identifier: MIT */
#include "base/name.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

void name_hidden(char hidden[NAME_ROOM], const char *name, const char *what)
{
    int len = snprintf(hidden, NAME_ROOM, ".%s.mpcp-%s", name, what);
    if (len > NAME_MAX)
        snprintf(hidden, NAME_ROOM, ".%016llx.mpcp-%s",
                 (unsigned long long)XXH3_64bits(name, strlen(name)), what);
}

int name_hidden_anew(char hidden[NAME_ROOM], const char *name)
{
    uint32_t number;
    char text[16];
    if (getrandom(&number, sizeof(number), 0) < 0) /* so few bytes always come all at once */
        return -errno;
    snprintf(text, sizeof(text), "%08x", number);
    name_hidden(hidden, name, text);
    return 0;
}
