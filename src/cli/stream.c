/* SPDX-License-Identifier: MIT */
#include "cli/stream.h"
#include "base/json_text.h"
#include "cli/figures.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *phase_of(const struct progress_state *s)
{
    return s->phase            ? s->phase
           : s->done < 0       ? "waiting"
           : s->count.counting ? "counting"
                               : "copying";
}

/* A single file is an entry, too. */
static void put_entries(FILE *out, const struct progress_count *c, bool copied)
{
    fprintf(out, "\"entries\": %lld, \"found\": %lld, ", c->of > 0 ? c->done : copied,
            c->of > 0 ? c->of : 1);
}

static void put_object(FILE *out, const struct progress_state *s, const char *outcome)
{
    fprintf(out, "{\"final\": %s, ", outcome ? "true" : "false");
    json_put_member(out, "outcome", outcome);
    json_put_member(out, "phase", outcome ? NULL : phase_of(s));
    put_entries(out, &s->count, outcome && strcmp(outcome, "copied") == 0);
    figures_put(out, s);
    json_put_last_member(out, "source", s->name);
}

static char *object_of(const struct progress_state *s, const char *outcome, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    if (!out)
        return NULL;
    put_object(out, s, outcome);
    fclose(out);
    return text;
}

/* What is longer than a pipe takes as a whole would come in parts, or block. */
void stream_put(const struct progress_state *state, double seconds, const char *outcome)
{
    struct progress_state s = *state;
    size_t len;
    s.elapsed = seconds;
    char *text = object_of(&s, outcome, &len);
    if (text && len > PIPE_BUF) {
        free(text);
        s.name = NULL;
        text = object_of(&s, outcome, &len);
    }
    ssize_t n = text ? write(STDERR_FILENO, text, len) : 0;
    (void)n; /* if nobody gets it, nothing is lost */
    free(text);
}
