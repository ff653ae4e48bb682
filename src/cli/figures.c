/* SPDX-License-Identifier: MIT */
#include "cli/figures.h"

/* The time left is known only if the size is known. */
static void put_forecast(FILE *out, const struct progress_state *s)
{
    if (s->done < 0 || s->size < 0 || s->count.counting) {
        fputs("\"percent\": null, \"seconds_left\": null, ", out);
        return;
    }
    fprintf(out, "\"percent\": %.1f, ",
            s->size > 0 ? 100 * (double)s->done / (double)s->size : 100);
    if (s->left >= 0)
        fprintf(out, "\"seconds_left\": %.3f, ", s->left);
    else
        fputs("\"seconds_left\": null, ", out);
}

static void put_bytes(FILE *out, const char *name, off_t bytes)
{
    if (bytes < 0)
        fprintf(out, "\"%s\": null, ", name);
    else
        fprintf(out, "\"%s\": %lld, ", name, (long long)bytes);
}

void figures_put(FILE *out, const struct progress_state *s)
{
    put_bytes(out, "bytes", s->done);
    fprintf(out, "\"seconds\": %.3f, \"throughput\": %.0f, ", s->elapsed, s->rate);
    put_bytes(out, "size", s->size);
    put_forecast(out, s);
}
