/* SPDX-License-Identifier: MIT */
/* Comma-separated lists on the command line. */
#pragma once

#include "trouble.h"

/* Calls take with each item and `argument`, and stops at the first that returns an error, which is
 * returned. The list is taken apart. */
int items_each(char *list, int (*take)(const char *item, void *argument, struct trouble *),
               void *argument, struct trouble *trouble);
