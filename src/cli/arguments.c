/* SPDX-License-Identifier: MIT */
#include "cli/arguments.h"
#include "base/diag.h"
#include "cli/nearest.h"
#include "cli/table.h"
#include "cli/usage.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct arguments *read;
    const struct option *rows;
    char **next;  /* the words that are still to be read */
    bool ordered; /* the first operand ends the options */
    bool only_operands;
};

/* --- finding an option --- */

static bool does_the_same(const struct option *a, const struct option *b)
{
    return a->set == b->set && a->choose == b->choose && a->flag == b->flag &&
           a->unsaid == b->unsaid;
}

static bool begins(const struct option *option, const char *name, size_t len)
{
    return option->name && strncmp(option->name, name, len) == 0;
}

/* The option that begins like this, among cp's or among mpcp's own; NULL: none. *several: more than
 * one. */
static const struct option *find_among(const struct option *rows, bool of_cp, const char *name,
                                       size_t len, bool *several)
{
    const struct option *found = NULL;
    for (const struct option *o = rows; !table_is_end(o); o++) {
        if ((o->group == GROUP_CP) != of_cp || !begins(o, name, len))
            continue;
        *several |= found && !does_the_same(found, o);
        found = found ? found : o;
    }
    return found;
}

static const struct option *find_whole(const struct option *rows, const char *name, size_t len)
{
    for (const struct option *o = rows; !table_is_end(o); o++)
        if (begins(o, name, len) && !o->name[len])
            return o;
    return NULL;
}

static void complain_ambiguous(const struct option *rows, const char *word, size_t len)
{
    char *after = NULL;
    size_t after_len;
    FILE *out = open_memstream(&after, &after_len);
    if (out) {
        fputs(" is ambiguous; possibilities:", out);
        for (const struct option *o = rows; !table_is_end(o); o++)
            if (begins(o, word + 2, len))
                fprintf(out, " '--%s'", o->name);
        fclose(out);
    }
    usage_complain_word("option ", word, after ? after : " is ambiguous", "");
    free(after);
}

static void complain_unknown(const struct option *rows, const char *word, size_t len)
{
    const struct option *nearest = nearest_find(rows, word + 2, len);
    char hint[96] = " (mpcp --usage lists them)";
    if (nearest)
        snprintf(hint, sizeof(hint), " (did you mean --%s?)", nearest->name);
    usage_complain_word("unrecognized option ", word, "", hint);
}

/* `word` is "--name" or "--name=value". Options of cp come first: scripts rely on their
 * abbreviations. */
static const struct option *find_long(const struct option *rows, const char *word)
{
    const char *name = word + 2;
    size_t len = strcspn(name, "=");
    bool several = false;
    const struct option *found = find_whole(rows, name, len);
    if (!found)
        found = find_among(rows, true, name, len, &several);
    if (!found)
        found = find_among(rows, false, name, len, &several);
    if (several)
        complain_ambiguous(rows, word, len);
    else if (!found)
        complain_unknown(rows, word, len);
    return several ? NULL : found;
}

static const struct option *find_letter(const struct option *rows, char letter)
{
    for (const struct option *o = rows; !table_is_end(o); o++)
        if (o->letter == letter)
            return o;
    usage_complain_word("invalid option -- ", (char[]){letter, '\0'}, "",
                        " (mpcp --usage lists them)");
    return NULL;
}

/* --- reading --- */

static int append(struct arguments *read, const struct option *option, const char *value)
{
    char *word;
    int len = option->name ? asprintf(&word, "--%s%s", option->name, value ? "=" : "")
                           : asprintf(&word, "-%c", option->letter);
    if (len < 0)
        return -ENOMEM;
    read->values[read->option_count] = value;
    read->options[read->option_count++] = word;
    return 0;
}

static int complain_missing(const struct option *option, bool by_name)
{
    char *hint = NULL, *takes = table_takes(option);
    char name[64] = {option->letter};
    if (by_name)
        snprintf(name, sizeof(name), "--%s", option->name);
    int len = takes ? asprintf(&hint, ": it takes %s", takes) : -1;
    free(takes);
    if (len < 0)
        return -ENOMEM;
    if (by_name)
        usage_complain_word("option ", name, " requires an argument", hint);
    else
        usage_complain_word("option requires an argument -- ", name, "", hint);
    free(hint);
    return -EINVAL;
}

static int complain_unwanted(const struct option *option)
{
    char name[64];
    snprintf(name, sizeof(name), "--%s", option->name);
    usage_complain_word("option ", name, " doesn't allow an argument", "");
    return -EINVAL;
}

/* "--name" or "--name=value". */
static int read_long(struct reader *r, const char *word)
{
    const struct option *option = find_long(r->rows, word);
    const char *equals = strchr(word, '=');
    const char *value = equals ? equals + 1 : NULL;
    if (!option)
        return -EINVAL;
    if (value && !option->value)
        return complain_unwanted(option);
    if (option->value && !value)
        value = option->unsaid ? option->unsaid : *r->next ? *r->next++ : NULL;
    if (option->value && !value)
        return complain_missing(option, true);
    return append(r->read, option, value);
}

/* "rf", "St~": if an option takes a value, that is the rest, or else the next word. */
static int read_letters(struct reader *r, const char *letters)
{
    int rc = 0;
    bool ended = false;
    for (; *letters && !ended && rc == 0; letters++) {
        const struct option *option = find_letter(r->rows, *letters);
        const char *value = NULL;
        if (!option)
            return -EINVAL;
        ended = option->value;
        if (ended)
            value = letters[1] ? letters + 1 : *r->next ? *r->next++ : NULL;
        rc = ended && !value ? complain_missing(option, false) : append(r->read, option, value);
    }
    return rc;
}

static int read_word(struct reader *r)
{
    const char *word = *r->next++;
    bool option = !r->only_operands && word[0] == '-' && word[1];
    if (!option) {
        r->read->operands[r->read->operand_count++] = word;
        r->only_operands |= r->ordered;
        return 0;
    }
    if (word[1] != '-')
        return read_letters(r, word + 1);
    if (word[2])
        return read_long(r, word);
    r->only_operands = true;
    return 0;
}

/* How many words there can be: the program's name, one option for each letter, and the end. */
static size_t most_words(char **words)
{
    size_t count = 2;
    for (; *words; words++)
        count += (*words)[0] == '-' ? strlen(*words) : 0;
    return count;
}

int arguments_read(struct arguments *a, const struct option *rows, int argc, char **argv)
{
    struct reader r = {a, rows, argv + (argc > 0), getenv("POSIXLY_CORRECT"), false};
    size_t most = most_words(r.next);
    *a = (struct arguments){.options = calloc(most, sizeof(*a->options)),
                            .values = calloc(most, sizeof(*a->values)),
                            .operands = calloc((size_t)argc + 1, sizeof(*a->operands))};
    if (!a->options || !a->values || !a->operands)
        return -ENOMEM;
    a->options[a->option_count++] = diag_program();
    int rc = 0;
    while (*r.next && rc == 0)
        rc = read_word(&r);
    return rc;
}

void arguments_release(struct arguments *a)
{
    for (int i = 1; i < a->option_count; i++)
        free((char *)a->options[i]);
    free(a->options);
    free(a->values);
    free(a->operands);
}
