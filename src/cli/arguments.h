/* SPDX-License-Identifier: MIT */
/*
 * argv, read as GNU's getopt_long(3) reads it, and put into words that popt can't read otherwise:
 * names of options are spelled out, letters are taken apart. For popt knows no abbreviations and no
 * values that may be left out, takes "-S=x" for "-S x", and looks for other arguments to put into a
 * value with "!#:+", for ever if need be. So it gets no values.
 */
#pragma once

struct option;

struct arguments {
    const char **options;  /* behind the program's name a word each: "--name", "--name=" with a
                              value, or "-x"; ended by NULL */
    const char **values;   /* of the option with the same index, borrowed; NULL: it has none */
    int option_count;      /* with the program's name */
    const char **operands; /* borrowed from argv; ended by NULL */
    int operand_count;
};

/*
 * `rows` is the table of options (see cli/table.h). With POSIXLY_CORRECT in the environment options
 * end at the first operand; else at "--". Returns 0, or -EINVAL if it is nonsense, which has been
 * said, or -ENOMEM. arguments_release must follow either way.
 */
int arguments_read(struct arguments *arguments, const struct option *rows, int argc, char **argv);
void arguments_release(struct arguments *arguments);
