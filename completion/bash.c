/* SPDX-License-Identifier: MIT */
#include "completion.h"

#include <stdio.h>

/* Without escapes, because nothing in them has a meaning to a shell. */
static void put_words(const struct named *words)
{
    const char *before = "";
    for (; words->name; words++, before = " ")
        printf("%s%s", before, words->name);
}

static void put_names(const struct option *rows)
{
    printf("    local options='");
    for (const struct option *o = rows; !table_is_end(o); o++) {
        if (!o->help)
            continue;
        if (!o->name)
            printf("-%c ", o->letter);
        else if (!completion_is_needed(o))
            printf("--%s ", o->name);
        if (o->value)
            printf("--%s= ", o->name);
    }
    puts("'");
}

/* Those whose value may be the next word. */
static void put_needed(const struct option *rows)
{
    printf("    local needed=' ");
    for (const struct option *o = rows; !table_is_end(o); o++)
        if (completion_is_needed(o))
            printf("--%s ", o->name);
    printf("' letters='");
    for (const struct option *o = rows; !table_is_end(o); o++)
        if (completion_is_needed(o) && o->letter)
            putchar(o->letter);
    puts("'");
}

static void put_value(const struct option *o)
{
    static const char *const kinds[] = {
        [BEHIND_WORD] = "word",           [BEHIND_LIST] = "list", [BEHIND_BOTH] = "both",
        [BEHIND_DIRECTORY] = "directory", [BEHIND_FILE] = "file", [BEHIND_OTHER] = "other"};
    printf("    ");
    if (o->letter)
        printf("-%c | ", o->letter);
    printf("--%s) kind=%s", o->name, kinds[completion_behind(o)]);
    if (o->words) {
        printf(" words='");
        put_words(o->words);
        putchar('\'');
    }
    puts(" ;;");
}

void bash_put_options(const struct option *rows)
{
    put_names(rows);
    put_needed(rows);
}

void bash_put_values(const struct option *rows)
{
    puts("    case $option in");
    for (const struct option *o = rows; !table_is_end(o); o++)
        if (o->help && o->value)
            put_value(o);
    puts("    esac");
}
