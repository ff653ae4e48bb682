/* SPDX-License-Identifier: MIT */
#include "base/complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void add(struct complaint *c, const char *more,
                                                      va_list args)
{
    size_t len = strlen(c->why);
    vsnprintf(c->why + len, sizeof(c->why) - len, more, args);
}

void complaint_add(struct complaint *c, const char *more, ...)
{
    va_list args;
    va_start(args, more);
    add(c, more, args);
    va_end(args);
}

int complaint_make(struct complaint *c, int err, const char *path, const char *what,
                   const char *why, ...)
{
    va_list args;
    va_start(args, why);
    c->names[0] = path;
    c->format = NULL;
    snprintf(c->what, sizeof(c->what), "%s", what);
    strcpy(c->why, ": ");
    add(c, why, args);
    va_end(args);
    return -err;
}

int complaint_make_errno(struct complaint *c, int err, const char *path, const char *what, ...)
{
    va_list args;
    va_start(args, what);
    c->names[0] = path;
    c->format = NULL;
    vsnprintf(c->what, sizeof(c->what), what, args);
    snprintf(c->why, sizeof(c->why), ": %s", strerror(err));
    va_end(args);
    return -err;
}

int complaint_as_cp(struct complaint *c, int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    c->format = format;
    diag_take_names(format, args, c->names);
    snprintf(c->why, sizeof(c->why), ": %s", strerror(err));
    va_end(args);
    return -err;
}

int complaint_as_cp_alone(struct complaint *c, int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    c->format = format;
    diag_take_names(format, args, c->names);
    c->why[0] = '\0';
    va_end(args);
    return -err;
}

char *complaint_sentence(const struct complaint *c)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return NULL;
    if (c->format) {
        diag_put_sentence(out, c->format, c->names);
    } else {
        diag_put_name(out, *c->names);
        fprintf(out, ": %s", c->what);
    }
    fputs(c->why, out);
    fclose(out);
    return text;
}
