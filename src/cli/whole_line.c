/* SPDX-License-Identifier: MIT */
#include "cli/whole_line.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "base/signals.h"

#include <stdlib.h>

/* Without memory it is printed as it comes. */
FILE *whole_line_begin(struct whole_line *line, FILE *out)
{
    *line = (struct whole_line){.out = NULL};
    signals_block_harmless(&line->old);
    line->out = open_memstream(&line->text, &line->len);
    return line->out ? line->out : out;
}

/* In parts, if one packet doesn't hold it: whoever receives them puts them together again. */
void whole_line_end(struct whole_line *line, FILE *out)
{
    if (line->out)
        fclose(line->out);
    for (size_t at = 0, part; line->text && at < line->len; at += part) {
        part = min_size(line->len - at, DIAG_PART);
        fwrite(line->text + at, 1, part, out);
        if (line->len > DIAG_PART)
            fflush(out);
    }
    free(line->text);
    signals_unblock(&line->old);
}
