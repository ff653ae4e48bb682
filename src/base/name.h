/* SPDX-License-Identifier: MIT */
/* Names of the hidden files beside a destination. */
#pragma once

enum { NAME_ROOM = 256 }; /* NAME_MAX + 1 */

/* Writes ".NAME.mpcp-WHAT" to `hidden`; if that is too long for a name, NAME is replaced by its
 * hash. */
void name_hidden(char hidden[NAME_ROOM], const char *name, const char *what);

/* The same with 32 random bits, as 8 hexadecimal digits. Returns 0 or -errno. */
int name_hidden_anew(char hidden[NAME_ROOM], const char *name);
