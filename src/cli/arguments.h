/* SPDX-License-Identifier: MIT */
/*
 * argv, read as GNU's getopt_long(3) reads it, and turned into words that popt can't misread: names
 * of options are spelled out, letters are taken apart. Popt itself knows neither abbreviations nor
 * optional values, takes "-S=x" for "-S x", and looks for other arguments to put into a value with
 * "!#:+", possibly for ever. So it gets no values.
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
 * `rows` is the table of options (see cli/table.h). With POSIXLY_CORRECT in the environment,
 * options end at the first operand; otherwise at "--". Returns 0, or -EINVAL if it is invalid,
 * which has been said, or -ENOMEM. arguments_release must follow either way.
 */
int arguments_read(struct arguments *arguments, const struct option *rows, int argc, char **argv);
void arguments_release(struct arguments *arguments);
