/* SPDX-License-Identifier: MIT */
#include "cli/label.h"
#include "base/arithmetic.h"
#include "base/diag.h"

#include <stdbool.h>
#include <string.h>
#include <wchar.h>

/* One character, as it is shown. */
struct glyph {
    const char *text;
    size_t len;  /* bytes of that */
    size_t from; /* bytes of the name that it stands for */
    size_t columns;
};

/* Those without a width that aren't accents: they join, separate, hide, or change the direction of
 * writing, and so would turn a name into something else. */
static bool is_unseen(wchar_t c)
{
    static const struct {
        wchar_t first, last;
    } ranges[] = {{0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f}, {0x2028, 0x202e},
                  {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* The first character of a name that isn't empty. The thread's locale is the one in which it is
 * shown. */
static struct glyph first_glyph(const char *name, bool utf8)
{
    struct glyph unknown = {"?", 1, 1, 1};
    mbstate_t state = {0};
    wchar_t c;
    if ((unsigned char)*name < 0x80)
        return *name >= ' ' && *name != 0x7f ? (struct glyph){name, 1, 1, 1} : unknown;
    size_t len = diag_utf8_len(name);
    if (len == 0)
        return unknown;
    unknown.from = len;
    if (!utf8 || mbrtowc(&c, name, len, &state) != len || is_unseen(c))
        return unknown;
    int columns = wcwidth(c);
    return columns < 0 ? unknown : (struct glyph){name, len, len, (size_t)columns};
}

static size_t width_of(const char *name, bool utf8)
{
    size_t columns = 0;
    while (*name) {
        struct glyph g = first_glyph(name, utf8);
        columns += g.columns;
        name += g.from;
    }
    return columns;
}

/* Without its letter, an accent would be put on the dots. */
static const char *skip(const char *name, size_t excess, bool utf8)
{
    size_t skipped = 0;
    while (*name) {
        struct glyph g = first_glyph(name, utf8);
        if (skipped >= excess && g.columns > 0)
            break;
        skipped += g.columns;
        name += g.from;
    }
    return name;
}

/* As much as there is room for: there may be many accents. Returns the columns. */
static size_t put(char *text, size_t room, const char *name, bool utf8)
{
    size_t len = 0, columns = 0;
    while (*name) {
        struct glyph g = first_glyph(name, utf8);
        if (len + g.len >= room)
            break;
        memcpy(text + len, g.text, g.len);
        len += g.len;
        columns += g.columns;
        name += g.from;
    }
    text[len] = '\0';
    return columns;
}

static size_t fit(char text[LABEL_ROOM], const char *name, size_t columns, bool utf8)
{
    const char *dots = utf8 ? "\u2026" : "...";
    size_t dots_width = utf8 ? 1 : 3, width = width_of(name, utf8);
    if (width <= columns)
        return put(text, LABEL_ROOM, name, utf8);
    *text = '\0';
    if (columns <= dots_width)
        return 0;
    strcpy(text, dots);
    const char *tail = skip(name, width - (columns - dots_width), utf8);
    return dots_width + put(text + strlen(dots), LABEL_ROOM - strlen(dots), tail, utf8);
}

/* Width and meaning of a character are those of the thread's locale. */
static locale_t enter(locale_t utf8)
{
    return utf8 ? uselocale(utf8) : (locale_t)0;
}

static void leave(locale_t old)
{
    if (old)
        uselocale(old);
}

size_t label_fit(char text[LABEL_ROOM], const char *name, size_t columns, locale_t utf8)
{
    locale_t old = enter(utf8);
    size_t width = fit(text, name, columns, utf8);
    leave(old);
    return width;
}

size_t label_width(const char *name, locale_t utf8)
{
    locale_t old = enter(utf8);
    size_t width = width_of(name, utf8);
    leave(old);
    return width;
}
