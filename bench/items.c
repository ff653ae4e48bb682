/* SPDX-License-Identifier: MIT */
#include "items.h"

#include <string.h>

int items_each(char *list, int (*take)(const char *item, void *argument, struct trouble *),
               void *argument, struct trouble *trouble)
{
    char *rest;
    int err = 0;
    for (char *item = strtok_r(list, ",", &rest); item && !err; item = strtok_r(NULL, ",", &rest))
        err = take(item, argument, trouble);
    return err;
}
