/* SPDX-License-Identifier: MIT */
/* A file's name on a line of a terminal: it may be anything, and the line may be short. Pure. */
#pragma once

#include <locale.h>
#include <stddef.h>

enum { LABEL_ROOM = 512 }; /* bytes */

/*
 * Writes the name to `text`, with "?" for each byte or character that isn't printable, above all
 * those that terminals obey. `utf8` is a locale of that encoding, or 0: then only ASCII is
 * printable. A name that is too long for `columns` loses its beginning, which is replaced by three
 * dots. Returns the columns that it takes.
 */
size_t label_fit(char text[LABEL_ROOM], const char *name, size_t columns, locale_t utf8);

/* The columns that the whole name takes. */
size_t label_width(const char *name, locale_t utf8);
