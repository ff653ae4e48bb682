/* SPDX-License-Identifier: MIT */
#include "cli/usage.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "cli/table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what is wrong --- */

static void complain(const char *sentence, const char *hint)
{
    if (diag_is_cp())
        diag_print("%s\nTry 'cp --help' for more information.", sentence);
    else
        diag_print("%s%s", sentence, hint);
}

void usage_complain(const char *sentence)
{
    complain(sentence, "");
}

void usage_complain_word(const char *before, const char *word, const char *after, const char *hint)
{
    char *sentence = NULL;
    size_t len;
    FILE *out = open_memstream(&sentence, &len);
    if (out) {
        fputs(before, out);
        diag_put_quoted(out, word);
        fputs(after, out);
        fclose(out);
    }
    complain(sentence ? sentence : before, hint);
    free(sentence);
}

/* A value may be a file's name, which a shell has taken from a directory. Where values have colons,
 * the sentence's own would seem to belong to one that stands without quotes. */
static void put_setting(FILE *out, const char *name, const char *value, bool has_colons)
{
    char *whole = NULL;
    if (asprintf(&whole, "%s=%s", name, value) < 0)
        whole = NULL;
    (has_colons ? diag_put_quoted : diag_put_name)(out, whole ? whole : name);
    free(whole);
}

void usage_complain_value(const char *name, const char *value, const char *takes)
{
    char *sentence = NULL;
    size_t len;
    FILE *out = open_memstream(&sentence, &len);
    if (out) {
        put_setting(out, name, value, strchr(takes, ':'));
        fprintf(out, ": takes %s", takes);
        fclose(out);
    }
    complain(sentence ? sentence : takes, "");
    free(sentence);
}

/* --- how it is used --- */

enum { COLUMNS = 79, TEXT_COLUMN = 29 };

/* Prints words from TEXT_COLUMN on; `column` is where the cursor stands. */
static void put_text(const char *text, int column)
{
    const char *blank = "";
    if (column > TEXT_COLUMN - 2) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", TEXT_COLUMN - column, "");
    for (column = TEXT_COLUMN; *text; text += strspn(text, " ")) {
        int len = (int)strcspn(text, " ");
        if (column + (int)strlen(blank) + len > COLUMNS) {
            printf("\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
            blank = "";
        }
        column += printf("%s%.*s", blank, len, text);
        blank = " ";
        text += len;
    }
    putchar('\n');
}

/* "  -j, --jobs=N", "      --reflink[=WHEN]" or "  -p". */
static void put_option(const struct option *o)
{
    int column = o->letter ? printf("  -%c", o->letter) : printf("    ");
    if (o->name)
        column += printf("%s--%s", o->letter ? ", " : "  ", o->name);
    if (o->value)
        column += printf(o->unsaid ? "[=%s]" : "=%s", o->value);
    put_text(o->help, column);
}

void usage_print_help(const struct option *rows)
{
    static const char *const heads[] = {[GROUP_CP] = "As with cp",
                                        [GROUP_SPEED] = "Speed",
                                        [GROUP_SAFETY] = "Safety",
                                        [GROUP_TELLING] = "Telling"};
    const char *name = diag_program();
    printf("Usage: %s [OPTION]... SOURCE DEST\n"
           "  or:  %s [OPTION]... SOURCE... DIRECTORY\n"
           "  or:  %s [OPTION]... -t DIRECTORY SOURCE...\n"
           "Copy files and directories, with several processes at once. SOURCE or DEST may\n"
           "be - for standard input or output.\n",
           name, name, name);
    for (const struct option *o = rows; !table_is_end(o); o++) {
        if (o == rows || o->group != o[-1].group)
            printf("\n%s:\n", heads[o->group]);
        if (o->help && !o->rare)
            put_option(o);
    }
    puts("\n\"man mpcp\" explains these and more options; \"mpcp --usage\" names all.");
}
