/* SPDX-License-Identifier: MIT */
#include "tree/hand.h"
#include "base/diag.h"

void hand_fail(struct hand *h, int err, const char *format, ...)
{
    va_list names;
    va_start(names, format);
    diag_verror(err, format, names);
    va_end(names);
    h->tally->failed = true;
}
