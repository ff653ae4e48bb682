/* SPDX-License-Identifier: MIT */
#include "base/name.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

void name_hidden(char hidden[NAME_ROOM], const char *name, const char *what)
{
    int len = snprintf(hidden, NAME_ROOM, ".%s.mpcp-%s", name, what);
    if (len > NAME_MAX)
        snprintf(hidden, NAME_ROOM, ".%016llx.mpcp-%s",
                 (unsigned long long)XXH3_64bits(name, strlen(name)), what);
}
