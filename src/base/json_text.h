/* SPDX-License-Identifier: MIT */
/* Text as JSON has it. */
#pragma once

#include <stdio.h>

/*
 * Prints a string in quotes. JSON is UTF-8, names needn't be: a byte that isn't part of a character
 * becomes a lone surrogate, U+DC80 to U+DCFF, from which Python's os.fsencode, for one, makes that
 * byte again.
 */
void json_put_string(FILE *out, const char *text);

/* Prints "name": "text", or "name": null, and the comma before the next member. */
void json_put_member(FILE *out, const char *name, const char *text);

/* The same, but then the object's end, and that of its line. */
void json_put_last_member(FILE *out, const char *name, const char *text);
