/* SPDX-License-Identifier: MIT */
/* Names of the hidden files beside a destination. */
#pragma once

enum { NAME_ROOM = 256 }; /* NAME_MAX + 1 */

/* Writes ".NAME.mpcp-WHAT" to `hidden`; where that would be too long a name, a hash of NAME takes
 * its place. */
void name_hidden(char hidden[NAME_ROOM], const char *name, const char *what);

/* The same with 32 bits drawn by chance, as 8 hexadecimal digits. Returns 0 or -errno. */
int name_hidden_anew(char hidden[NAME_ROOM], const char *name);
