/* SPDX-License-Identifier: MIT */
#include "completion.h"

#include <stdio.h>

/* In single quotes. */
static void put(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
}

/* 'auto\t"keep holes" never\t"..."': fish makes a tab of \t when it completes. */
static void put_words(const struct named *words)
{
    for (; words->name; words++) {
        printf("%s", words->name);
        if (words->help) {
            printf("\\t\"");
            put(words->help);
            printf("\"");
        }
        printf("%s", words[1].name ? " " : "");
    }
}

/* As arguments of a function in the template. */
static void put_call(const char *function, const struct named *words)
{
    printf("(%s", function);
    for (; words->name; words++) {
        printf(" %s\\t\"", words->name);
        put(words->help ? words->help : "");
        printf("\"");
    }
    printf(")");
}

static void put_value(const struct option *o)
{
    enum behind behind = completion_behind(o);
    if (completion_is_needed(o))
        printf(behind == BEHIND_FILE ? " -r -F" : " -x");
    else
        printf(" -f");
    if (behind == BEHIND_OTHER || behind == BEHIND_FILE)
        return;
    printf(" -a '");
    if (behind == BEHIND_WORD)
        put_words(o->words);
    else if (behind == BEHIND_LIST)
        put_call("__mpcp_list", o->words);
    else if (behind == BEHIND_BOTH)
        put_call("__mpcp_word_and_file", o->words);
    else
        printf("(__mpcp_directories)");
    printf("'");
}

void fish_put_options(const struct option *rows)
{
    for (const struct option *o = rows; !table_is_end(o); o++) {
        if (!o->help)
            continue;
        printf("complete -c mpcp");
        if (o->letter)
            printf(" -s '%c'", o->letter);
        if (o->name)
            printf(" -l %s", o->name);
        printf(" -d '");
        put(o->help);
        printf("'");
        if (o->value)
            put_value(o);
        putchar('\n');
    }
}
