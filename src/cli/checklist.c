/* SPDX-License-Identifier: MIT */
#include "cli/checklist.h"
#include "base/checksum_line.h"
#include "base/io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 << 10, LONGEST = 64 << 20 /* bytes */, FIRST_ITEMS = 64 };

/* Where the last line begins, which began at `begin` before the last `n` bytes came. */
static size_t find_last_line(const char *text, size_t begin, size_t len, size_t n)
{
    const char *end = memrchr(text + len - n, '\n', n);
    return end ? (size_t)(end - text) + 1 : begin;
}

/* All of it, with a NUL behind. What has no lines may have no end. */
static int read_all(int fd, char **text, size_t *len)
{
    size_t room = FIRST_ROOM, begin = 0;
    ssize_t n = 1;
    *len = 0;
    *text = malloc(room);
    while (*text && n > 0) {
        n = io_read_some(fd, *text + *len, room - *len - 1);
        if (n < 0)
            return (int)n;
        *len += (size_t)n;
        begin = find_last_line(*text, begin, *len, (size_t)n);
        if (*len - begin > LONGEST)
            return -EFBIG;
        char *more = *len + 1 < room ? *text : realloc(*text, room *= 2);
        if (!more)
            return -ENOMEM;
        *text = more;
    }
    if (!*text)
        return -ENOMEM;
    (*text)[*len] = '\0';
    return 0;
}

static int add(struct checklist *list, const struct checklist_item *item)
{
    /* There is room for a power of two. */
    bool full = list->count >= FIRST_ITEMS && (list->count & (list->count - 1)) == 0;
    if (full || list->count == 0) {
        size_t room = full ? 2 * list->count : FIRST_ITEMS;
        struct checklist_item *items = realloc(list->items, room * sizeof(*items));
        if (!items)
            return -ENOMEM;
        list->items = items;
    }
    list->items[list->count++] = *item;
    return 0;
}

/* Lines may end as elsewhere, with a carriage return before the newline. xxhsum writes one that
 * belongs to the name in the same way. */
static bool parse(char *line, size_t len, struct checklist_item *item)
{
    bool returns = line[len - 1] == '\r';
    if (returns)
        line[len - 1] = '\0';
    if (!checksum_parse(line, &item->sum, &item->name))
        return false;
    if (returns && item->sum.kind == CHECKSUM_XXH128 && *line != '\\')
        line[len - 1] = '\r';
    return true;
}

/* `len` bytes, which a NUL may be among. */
static int take_line(struct checklist *list, char *line, size_t len, size_t number)
{
    struct checklist_item item;
    size_t blank = strspn(line, " \t");
    line += blank;
    len -= blank;
    if (len == 0 || *line == '#')
        return 0;
    bool tagged = checksum_is_tagged(line);
    if (strlen(line) == len && parse(line, len, &item)) {
        list->tagged |= tagged;
        return add(list, &item);
    }
    if (list->bad++ == 0)
        list->first_bad = number;
    return 0;
}

int checklist_read(struct checklist *list, int fd)
{
    size_t len, number = 0;
    *list = (struct checklist){0};
    int rc = read_all(fd, &list->text, &len);
    char *end = rc == 0 ? list->text + len : NULL;
    for (char *line = list->text, *next; !rc && line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next : end;
        *next = '\0';
        rc = take_line(list, line, (size_t)(next - line), ++number);
    }
    return rc;
}

void checklist_release(struct checklist *list)
{
    free(list->text);
    free(list->items);
    *list = (struct checklist){0};
}
