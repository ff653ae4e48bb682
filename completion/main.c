/* SPDX-License-Identifier: MIT */
/* Prints a template, filled in from the table of options: mpcp-completion TEMPLATE */
#include "base/arithmetic.h"
#include "completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_ending(const char *text, const char *ending)
{
    size_t len = strlen(text), ending_len = strlen(ending);
    return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

enum behind completion_behind(const struct option *option)
{
    if (!option->value)
        return BEHIND_NOTHING;
    bool file = has_ending(option->value, "FILE");
    if (option->words)
        return option->list ? BEHIND_LIST : file ? BEHIND_BOTH : BEHIND_WORD;
    if (strcmp(option->value, "DIRECTORY") == 0)
        return BEHIND_DIRECTORY;
    return file ? BEHIND_FILE : BEHIND_OTHER;
}

static void put_line(const char *line)
{
    static const struct {
        const char *line;
        void (*put)(const struct option *rows);
    } marks[] = {
        {"@BASH_OPTIONS@\n", bash_put_options},
        {"@BASH_VALUES@\n", bash_put_values},
        {"@ZSH_OPTIONS@\n", zsh_put_options},
        {"@FISH_OPTIONS@\n", fish_put_options},
    };
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        if (strcmp(line, marks[i].line) != 0)
            continue;
        marks[i].put(table_rows());
        return;
    }
    fputs(line, stdout);
}

int main(int argc, char **argv)
{
    FILE *template = argc == 2 ? fopen(argv[1], "r") : NULL;
    char *line = NULL;
    size_t room = 0;
    if (!template) {
        fputs("usage: mpcp-completion TEMPLATE, which can be read\n", stderr);
        return 1;
    }
    while (getline(&line, &room, template) > 0)
        put_line(line);
    bool read = !ferror(template);
    free(line);
    fclose(template);
    return read && fflush(stdout) == 0 ? 0 : 1;
}
