/* SPDX-License-Identifier: MIT */
#include "cli/bar.h"
#include "base/arithmetic.h"
#include "base/size.h"
#include "cli/estimate.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MIN_BAR = 8, MAX_BAR = 50, MIN_NAME = 12, GOOD_NAME = 32, GAP = 2 };

/* --- figures --- */

/* In the order in which they stand on the line. */
enum part { PHASE, COUNT, PERCENT, BYTES, RATE, TIME, PARTS };

struct figures {
    char text[PARTS][64]; /* empty: there is none */
};

static bool has_percent(const struct progress_state *s)
{
    return s->done >= 0 && s->size >= 0 && !s->count.counting;
}

static double part_done(const struct progress_state *s)
{
    return s->done < s->size ? (double)s->done / (double)s->size : 1;
}

static void put_count(char *text, size_t room, const struct progress_count *c)
{
    if (c->of > 0 && strcmp(c->what, "file") == 0)
        snprintf(text, room, "file %lld of %lld", c->done < c->of ? c->done + 1 : c->of, c->of);
    else if (c->of > 0)
        snprintf(text, room, "%lld of %lld %s", c->done, c->of, c->what);
}

static void put_phase(char *text, size_t room, const struct progress_state *s)
{
    const char *phase = s->phase            ? s->phase
                        : s->done < 0       ? "waiting"
                        : s->count.counting ? "counting"
                                            : "";
    snprintf(text, room, "%s", phase);
}

static void put_bytes(char *text, size_t room, const struct progress_state *s)
{
    char done[SIZE_TEXT], size[SIZE_TEXT];
    size_format((uint64_t)s->done, done);
    if (s->size < 0)
        snprintf(text, room, "%s", done);
    else
        snprintf(text, room, "%s of %s", done, size_format((uint64_t)s->size, size));
}

/* What is left, or, if nobody knows, how long it has taken. */
static void put_time(char *text, size_t room, const struct progress_state *s)
{
    char time[SIZE_TEXT];
    if (has_percent(s))
        snprintf(text, room, "%s left", estimate_spell(s->left, time));
    else if (s->elapsed >= 0)
        snprintf(text, room, "%s", size_format_time(s->elapsed, time));
}

static struct figures figures_of(const struct progress_state *s)
{
    struct figures f = {0};
    enum { ROOM = sizeof(f.text[0]) };
    put_phase(f.text[PHASE], ROOM, s);
    put_count(f.text[COUNT], ROOM, &s->count);
    put_time(f.text[TIME], ROOM, s);
    if (s->done < 0)
        return f;
    if (has_percent(s))
        snprintf(f.text[PERCENT], ROOM, "%3d%%", (int)(part_done(s) * 100));
    put_bytes(f.text[BYTES], ROOM, s);
    size_format_rate(s->rate, f.text[RATE]);
    return f;
}

static size_t put_figures(char *line, const struct figures *f)
{
    char *end = line;
    *line = '\0';
    for (int part = 0; part < PARTS; part++)
        if (*f->text[part])
            end += sprintf(end, "%s%s", end > line ? "  " : "", f->text[part]);
    return (size_t)(end - line);
}

void bar_format_figures(char line[BAR_FIGURES], const struct progress_state *state)
{
    const struct figures f = figures_of(state);
    _Static_assert(BAR_FIGURES >= PARTS * (sizeof(f.text[0]) + GAP), "all fit");
    put_figures(line, &f);
}

/* What a narrow line can do without: the first one goes first. */
static void drop(struct figures *f, bool percent)
{
    static const enum part orders[2][PARTS] = {{TIME, RATE, BYTES, COUNT, PERCENT, PHASE},
                                               {RATE, BYTES, COUNT, TIME, PHASE, PERCENT}};
    const enum part *order = orders[percent];
    int i = 0;
    while (i < PARTS - 1 && !*f->text[order[i]])
        i++;
    *f->text[order[i]] = '\0';
}

/* --- the bar --- */

static char *put_ascii(char *end, size_t inside, double share)
{
    size_t filled = (size_t)(share * (double)inside);
    memset(end, '=', filled);
    memset(end + filled, ' ', inside - filled);
    if (filled < inside)
        end[filled] = '>';
    return end + inside;
}

/* The last character may be part of a block. */
static char *put_blocks(char *end, size_t inside, double share, unsigned steps)
{
    static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t filled = (size_t)(share * (double)(inside * steps));
    for (size_t i = 0; i < inside; i++) {
        size_t part = i == filled / steps ? filled % steps * (COUNT_OF(eighths) / steps) : 0;
        end = stpcpy(end, i < filled / steps ? "█" : eighths[part]);
    }
    return end;
}

static char *put_bar(char *line, size_t len, double share, const struct bar_look *look)
{
    bool fine = look->utf8 && look->steps == 8;
    char *end = stpcpy(stpcpy(line, fine ? "▕" : "["), look->colour ? "\033[32m" : "");
    end =
        look->utf8 ? put_blocks(end, len - 2, share, look->steps) : put_ascii(end, len - 2, share);
    return stpcpy(stpcpy(end, look->colour ? "\033[m" : ""), fine ? "▏" : "]");
}

/* --- the line --- */

/* What the figures leave of the line, in columns. */
struct rest {
    size_t bar, name; /* 0: there is none */
};

/* The name is worth more than the bar, but not all of a long one. */
static struct rest share_out(size_t room, const struct progress_state *s, size_t name)
{
    struct rest rest = {0};
    size_t least = min_size(name, MIN_NAME), good = min_size(name, GOOD_NAME);
    if (name > 0 && room >= least + GAP)
        rest.name = min_size(name, room - GAP);
    size_t kept = rest.name ? GAP + least : 0, wanted = rest.name ? GAP + good : 0;
    if (!has_percent(s) || room < kept + MIN_BAR + GAP)
        return rest;
    size_t beside = room > wanted + MIN_BAR + GAP ? room - wanted - GAP : MIN_BAR;
    rest.bar = min_size(beside, MAX_BAR);
    if (rest.name)
        rest.name = min_size(name, room - rest.bar - GAP - GAP);
    return rest;
}

static size_t put_all(char *line, const struct figures *f, const struct rest *rest,
                      const struct progress_state *s, const struct bar_look *look)
{
    char *end = line;
    if (rest->bar)
        end = stpcpy(put_bar(end, rest->bar, part_done(s), look), "  ");
    size_t columns = rest->bar ? rest->bar + GAP : 0, len = put_figures(end, f);
    end += len;
    columns += len;
    if (!rest->name)
        return columns;
    end = stpcpy(end, "  ");
    return columns + GAP + label_fit(end, s->name, rest->name, look->utf8);
}

size_t bar_format(char line[BAR_ROOM], size_t width, const struct progress_state *state,
                  const struct bar_look *look)
{
    struct figures f = figures_of(state);
    char text[BAR_FIGURES];
    size_t len;
    while ((len = put_figures(text, &f)) > width)
        drop(&f, has_percent(state));
    struct rest rest = {0};
    if (len > 0)
        rest =
            share_out(width - len, state, state->name ? label_width(state->name, look->utf8) : 0);
    return put_all(line, &f, &rest, state, look);
}
