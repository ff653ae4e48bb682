/* SPDX-License-Identifier: MIT */
#include "trouble.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int trouble_note(struct trouble *trouble, int err, const char *what)
{
    assert(err > 0);
    snprintf(trouble->text, sizeof(trouble->text), "%s: %s", what, strerror(err));
    return -err;
}

int trouble_say(struct trouble *trouble, int err, const char *format, ...)
{
    assert(err > 0);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(trouble->text, sizeof(trouble->text), format, arguments);
    va_end(arguments);
    return -err;
}
