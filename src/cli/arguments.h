/* SPDX-License-Identifier: MIT */
/*
 * argv, read as GNU's getopt_long(3) reads it, and put into words that popt can't read otherwise:
 * names of options and what stands for them are spelled out, letters are taken apart, each value
 * stands behind its option's "=". For popt knows no abbreviations and no values that may be left
 * out, and takes "-S=x" for "-S x".
 */
#pragma once

struct option;

struct arguments {
    const char **options;  /* a word each, as "--name", "--name=value" or "-x", behind the program's
                              name; ended by NULL, as are the others */
    int option_count;      /* with that name */
    const char **operands; /* borrowed from argv */
    int operand_count;
};

/*
 * `rows` is the table of options (see cli/table.h). With POSIXLY_CORRECT in the environment options
 * end at the first operand; else at "--". Returns 0, or -EINVAL if it is nonsense, which has been
 * said, or -ENOMEM. arguments_release must follow either way.
 */
int arguments_read(struct arguments *arguments, const struct option *rows, int argc, char **argv);
void arguments_release(struct arguments *arguments);
