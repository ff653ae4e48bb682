/* SPDX-License-Identifier: MIT */
#include "base/complaint.h"
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int complaint_make(struct complaint *c, int err, const char *path, const char *what,
                   const char *why, ...)
{
    va_list args;
    va_start(args, why);
    c->path = path;
    snprintf(c->what, sizeof(c->what), "%s", what);
    vsnprintf(c->why, sizeof(c->why), why, args);
    va_end(args);
    return -err;
}

int complaint_make_errno(struct complaint *c, int err, const char *path, const char *what, ...)
{
    va_list args;
    va_start(args, what);
    c->path = path;
    vsnprintf(c->what, sizeof(c->what), what, args);
    snprintf(c->why, sizeof(c->why), "%s", strerror(err));
    va_end(args);
    return -err;
}

void complaint_add(struct complaint *c, const char *more)
{
    size_t len = strlen(c->why);
    snprintf(c->why + len, sizeof(c->why) - len, "%s", more);
}

char *complaint_sentence(const struct complaint *c)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return NULL;
    diag_put_name(out, c->path);
    fprintf(out, ": %s: %s", c->what, c->why);
    fclose(out);
    return text;
}
