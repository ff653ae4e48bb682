/* SPDX-License-Identifier: MIT */
#include "base/checksum_line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- writing --- */

/* What stands behind the backslash; '\0': it isn't escaped. */
static char escape_of(char c)
{
    return c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\\' ? '\\' : '\0';
}

static bool needs_escape(enum checksum_kind kind, const char *name)
{
    return strpbrk(name, kind == CHECKSUM_XXH128 ? "\n" : "\n\r\\");
}

static char *put_name(char *at, const char *name, bool escaped)
{
    for (; *name; name++) {
        char escape = escaped ? escape_of(*name) : '\0';
        if (escape)
            *at++ = '\\';
        *at++ = escape ? escape : *name;
    }
    return at;
}

char *checksum_line(const struct checksum *sum, const char *name, size_t *len)
{
    char text[CHECKSUM_TEXT];
    bool escaped = needs_escape(sum->kind, name);
    char *line = malloc(CHECKSUM_TEXT + 2 * strlen(name) + 4), *at = line;
    if (!line)
        return NULL;
    if (escaped)
        *at++ = '\\';
    at = stpcpy(stpcpy(at, checksum_spell(sum, text)), "  ");
    at = put_name(at, name, escaped);
    *at++ = '\n';
    *len = (size_t)(at - line);
    return line;
}

/* --- reading --- */

static int digit_of(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* As many digits as there are, which must be those of a checksum. Returns what stands behind them;
 * NULL: they aren't. */
static char *parse_digits(char *text, struct checksum *sum)
{
    size_t len = strspn(text, "0123456789abcdefABCDEF");
    *sum = (struct checksum){.kind = CHECKSUM_NONE};
    for (unsigned kind = CHECKSUM_NONE + 1; kind < CHECKSUM_KINDS; kind++)
        if (len == 2 * checksum_len(kind))
            sum->kind = kind;
    if (sum->kind == CHECKSUM_NONE)
        return NULL;
    for (size_t i = 0; i < len; i++)
        sum->bytes[i / 2] = (unsigned char)(sum->bytes[i / 2] << 4 | digit_of(text[i]));
    return text + len;
}

/* In place. Returns false if there is an escape that nobody writes. */
static bool unescape(char *name)
{
    char *to = name;
    for (; *name; name++) {
        char next = *name == '\\' ? *++name : '\0';
        if (*name == '\0' || (next && !strchr("nr\\", next)))
            return false;
        *to++ = next == 'n' ? '\n' : next == 'r' ? '\r' : *name;
    }
    *to = '\0';
    return true;
}

/* "NAME) = CHECKSUM", behind the "SHA256 (" of that kind. */
static bool parse_tagged(char *name, enum checksum_kind kind, struct checksum *sum)
{
    char *end = NULL;
    for (char *at = name; (at = strstr(at, ") = ")); at++)
        end = at;
    char *rest = end ? parse_digits(end + 4, sum) : NULL;
    if (!rest || *rest || sum->kind != kind)
        return false;
    *end = '\0';
    return true;
}

/* Where the name begins of a line that begins with its kind; NULL: it doesn't. */
static char *find_tag(char *line, enum checksum_kind *kind)
{
    for (unsigned k = CHECKSUM_NONE + 1; k < CHECKSUM_KINDS; k++) {
        size_t len = strlen(checksum_name(k));
        *kind = k;
        if (strncasecmp(line, checksum_name(k), len) == 0 && strncmp(line + len, " (", 2) == 0)
            return line + len + 2;
    }
    return NULL;
}

bool checksum_parse(char *line, struct checksum *sum, const char **name)
{
    enum checksum_kind kind;
    bool escaped = line[0] == '\\';
    char *begin = line + escaped, *tagged = find_tag(begin, &kind), *at = tagged;
    if (tagged && !parse_tagged(tagged, kind, sum))
        return false;
    if (!tagged) {
        at = parse_digits(begin, sum);
        if (!at || at[0] != ' ' || (at[1] != ' ' && at[1] != '*'))
            return false;
        at += 2;
    }
    *name = at;
    return *at && (!escaped || unescape(at));
}

bool checksum_is_tagged(char *line)
{
    enum checksum_kind kind;
    return find_tag(line + (line[0] == '\\'), &kind);
}
