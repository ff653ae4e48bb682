/* SPDX-License-Identifier: MIT */
/* What is said about the command line: how it is used, and what is wrong with it. As mpcp that is
 * one line; as cp, a second one says where to find help, as in GNU cp. */
#pragma once

struct option;

/* Prints the table of options, in lines of no more than 80 columns, to stdout. */
void usage_print_help(const struct option *rows);

/* Prints a sentence. */
void usage_complain(const char *sentence);

/* Prints "before 'word'after"; as mpcp followed by a `hint`, which may be empty. The word, which
 * may have any bytes, is made safe. */
void usage_complain_word(const char *before, const char *word, const char *after, const char *hint);

/* Prints "--name=value: takes ..." about an invalid value of an option, or of a variable. */
void usage_complain_value(const char *name, const char *value, const char *takes);
