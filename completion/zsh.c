/* SPDX-License-Identifier: MIT */
#include "completion.h"

#include <stdio.h>
#include <string.h>

/* All of it is in single quotes; a quote in the text leaves them for a moment. */
static void put(const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            printf("'\\'");
        else if (strchr(special, *text))
            putchar('\\');
        putchar(*text);
    }
}

/* ((auto\:"keep holes" never\:"...")) */
static void put_words(const struct named *words)
{
    printf("((");
    for (; words->name; words++) {
        printf("%s", words->name);
        if (words->help) {
            printf("\\:\"");
            put(words->help, "\"$`\\:");
            printf("\"");
        }
        printf("%s", words[1].name ? " " : "");
    }
    printf("))");
}

static void put_list(const struct named *words)
{
    printf("_values -s , word");
    for (; words->name; words++) {
        printf(" \"%s[", words->name);
        put(words->help ? words->help : "", "\"$`\\[]:");
        printf("]\"");
    }
}

/* What begins with a space is called by that name. */
static void put_both(const struct named *words)
{
    printf(" _mpcp_word_and_file");
    for (; words->name; words++)
        printf(" %s", words->name);
}

/* ":what is to be typed:how it is completed" */
static void put_value(const struct option *o)
{
    enum behind behind = completion_behind(o);
    printf(o->unsaid ? "::" : ":");
    put(o->takes ? o->takes : o->value, ":");
    putchar(':');
    if (behind == BEHIND_WORD)
        put_words(o->words);
    else if (behind == BEHIND_LIST)
        put_list(o->words);
    else if (behind == BEHIND_BOTH)
        put_both(o->words);
    else if (behind == BEHIND_DIRECTORY)
        printf("_files -/");
    else if (behind == BEHIND_FILE)
        printf("_files");
    else
        putchar(' '); /* a message says what it is */
}

/* '(-j --jobs)--jobs=[copy with N workers]:a number of workers: ' */
static void put_option(const struct option *o, const char *name, const char *sign)
{
    printf("        '");
    if (completion_behind(o) == BEHIND_LIST)
        putchar('*'); /* may be given again */
    else if (o->name && o->letter)
        printf("(-%c --%s)", o->letter, o->name);
    printf("%s%s[", name, sign);
    put(o->help, "[]\\");
    putchar(']');
    if (o->value)
        put_value(o);
    puts("' \\");
}

void zsh_put_options(const struct option *rows)
{
    char name[64];
    for (const struct option *o = rows; !table_is_end(o); o++) {
        if (!o->help)
            continue;
        snprintf(name, sizeof(name), "-%c", o->letter);
        if (o->letter)
            put_option(o, name, o->value ? "+" : "");
        snprintf(name, sizeof(name), "--%s", o->name ? o->name : "");
        if (o->name)
            put_option(o, name, !o->value ? "" : o->unsaid ? "=-" : "=");
    }
}
