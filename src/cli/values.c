/* SPDX-License-Identifier: MIT */
#include "cli/values.h"
#include "base/size.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool values_find_part(const struct named *names, const char *text, size_t len, unsigned *value)
{
    const struct named *found = NULL;
    bool clear = true;
    for (const struct named *n = names; n->name; n++) {
        if (strncmp(n->name, text, len) != 0)
            continue;
        bool whole = strlen(n->name) == len;
        clear = whole || (clear && (!found || found->value == n->value));
        found = n;
        if (whole)
            break;
    }
    if (!found || !clear)
        return false;
    *value = found->value;
    return true;
}

bool values_find(const struct named *names, const char *text, unsigned *value)
{
    return values_find_part(names, text, strlen(text), value);
}

bool values_each(const struct named *names, const char *list, void (*take)(void *, unsigned),
                 void *arg)
{
    for (;;) {
        size_t len = strcspn(list, ",");
        unsigned value;
        if (!values_find_part(names, list, len, &value))
            return false;
        take(arg, value);
        if (list[len] == '\0')
            return true;
        list += len + 1;
    }
}

char *values_describe(const struct named *names, bool list)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return NULL;
    fputs(list ? "a list of " : "", out);
    for (const struct named *n = names; n->name; n++) {
        const char *before = n == names ? "" : n[1].name || list ? ", " : " or ";
        fprintf(out, "%s%s", before, n->name);
    }
    fclose(out);
    return text;
}

/* "1.5": 0.5K are 512. */
static bool is_fraction(const char *text)
{
    const char *suffix = text + strspn(text, "0123456789.");
    return strchr(text, '.') && (*suffix == '\0' || strcmp(suffix, "B") == 0);
}

bool values_count(const char *text, unsigned *count)
{
    uint64_t number;
    if (size_parse(text, &number) < 0 || number == 0 || is_fraction(text))
        return false;
    *count = number < UINT_MAX ? (unsigned)number : UINT_MAX;
    return true;
}

bool values_length(const char *text, size_t *len, uint64_t most)
{
    uint64_t size;
    if (size_parse(text, &size) < 0 || size == 0 || size > most)
        return false;
    *len = size;
    return true;
}
