/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/signals.h"
#include "base/size.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PLAIN_WIDTH = 79, MAX_WIDTH = 200, FREE = 3, MIN_BAR = 8, MAX_BAR = 50, HEAD = 96 };

static const double terminal_interval = 0.2, plain_interval = 1; /* seconds */

/* One that only prints what it gets, and goes back to the start of a line at best. */
static bool is_dumb(void)
{
    const char *kind = getenv("TERM");
    return !kind || !*kind || strcmp(kind, "dumb") == 0;
}

void progress_start(struct progress *progress, bool enabled, bool always)
{
    double now = clock_seconds();
    bool terminal = isatty(STDERR_FILENO);
    *progress = (struct progress){.enabled = enabled && (terminal || always),
                                  .terminal = terminal,
                                  .dumb = terminal && is_dumb(),
                                  .shown_after = always ? 0 : 1,
                                  .start = now,
                                  .last = now};
}

static size_t terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return PLAIN_WIDTH;
    /* Some terminals wrap when the last column is written, and all show ^C behind the line. */
    return size.ws_col > FREE ? min_size(size.ws_col - FREE, MAX_WIDTH) : 0;
}

/* Another program has the terminal: writing would disturb it, or stop this one. */
static bool in_background(void)
{
    pid_t foreground = tcgetpgrp(STDERR_FILENO);
    return foreground >= 0 && foreground != getpgrp();
}

static double part_done(const struct progress_state *s)
{
    return s->done < s->size ? (double)s->done / (double)s->size : 1;
}

/* "flushing  12 of 34 entries  ", each only if there is such. */
static void format_head(char *text, size_t room, const struct progress_state *s)
{
    const char *phase = s->phase ? s->phase : s->tree.counting ? "counting" : NULL;
    size_t len = 0;
    text[0] = '\0';
    if (phase)
        len = (size_t)snprintf(text, room, "%s  ", phase);
    if (s->tree.found > 0 && len < room)
        snprintf(text + len, room - len, "%lld of %lld entries  ", s->tree.entries, s->tree.found);
}

/* "45%  3.6 GiB of 8.0 GiB  1.85 GiB/s  0:02 left"; while a tree is counted "3.6 GiB of 8.0 GiB
 * 1.85 GiB/s  0:02"; without a size "3.6 GiB  1.85 GiB/s  0:02"; in a phase "flushing  45%  ...";
 * where nothing is done yet "waiting  0:02". */
static void format_figures(char *text, size_t room, const struct progress_state *s)
{
    char done[SIZE_TEXT], size[SIZE_TEXT], rate[SIZE_TEXT], time[SIZE_TEXT], head[HEAD];
    format_head(head, sizeof(head), s);
    size_format_time(s->elapsed, time);
    if (s->done < 0) {
        snprintf(text, room, "%s  %s", s->phase ? s->phase : "waiting", time);
        return;
    }
    size_format((uint64_t)s->done, done);
    size_format_rate(s->rate, rate);
    if (s->size < 0) {
        snprintf(text, room, "%s%s  %s  %s", head, done, rate, time);
        return;
    }
    size_format((uint64_t)s->size, size);
    if (s->tree.counting) {
        snprintf(text, room, "%s%s of %s  %s  %s", head, done, size, rate, time);
        return;
    }
    size_format_time((double)(s->size - s->done) / s->rate, time);
    snprintf(text, room, "%s%3d%%  %s of %s  %s  %s left", head, (int)(part_done(s) * 100), done,
             size, rate, time);
}

static void put_bar(char *line, size_t len, double share)
{
    size_t inside = len - 2, filled = (size_t)(share * (double)inside);
    line[0] = '[';
    memset(line + 1, ' ', inside);
    memset(line + 1, '=', filled);
    if (filled < inside)
        line[1 + filled] = '>';
    line[len - 1] = ']';
    line[len] = '\0';
}

void progress_format(char *line, size_t width, const struct progress_state *state)
{
    char figures[HEAD + 4 * SIZE_TEXT];
    format_figures(figures, sizeof(figures), state);
    size_t len = strlen(figures);
    size_t bar = width > len + 2 ? width - len - 2 : 0;
    if (bar > MAX_BAR)
        bar = MAX_BAR;
    if (state->done >= 0 && state->size >= 0 && !state->tree.counting && bar >= MIN_BAR) {
        put_bar(line, bar, part_done(state));
        sprintf(line + bar, "  %s", figures);
        return;
    }
    while (len > width) { /* drop what is behind the last double space */
        char *gap = figures;
        for (char *next = gap; (next = strstr(next + 1, "  "));)
            gap = next;
        *gap = '\0';
        len = strlen(figures);
    }
    strcpy(line, figures);
}

static struct progress_state snapshot(const struct progress *p, off_t done, off_t size)
{
    return (struct progress_state){.done = done,
                                   .size = size,
                                   .rate = p->rate,
                                   .elapsed = p->last - p->start,
                                   .phase = p->phase,
                                   .tree = p->tree};
}

/* Weighs what was done since the last look more, the longer ago that was. */
static void measure(struct progress *p, double now, off_t done)
{
    const double memory = 3; /* seconds */
    double interval = now - p->last;
    if (interval <= 0)
        return;
    double rate = (double)(done - p->last_done) / interval;
    double weight = p->last == p->start ? 1 : interval / (interval + memory);
    p->rate += weight * (rate - p->rate);
    p->last = now;
    p->last_done = done;
}

static void print_status_line(struct progress *p, off_t done, off_t size)
{
    char line[HEAD + 4 * SIZE_TEXT];
    struct progress_state state = snapshot(p, done, size);
    state.rate = state.elapsed > 0 ? (double)done / state.elapsed : 0;
    progress_end(p);
    format_figures(line, sizeof(line), &state);
    diag_print("%s", line + strspn(line, " "));
}

static void draw(struct progress *p, off_t done, off_t size)
{
    char line[MAX_WIDTH + 1];
    struct progress_state state = snapshot(p, done, size);
    progress_format(line, p->terminal ? terminal_width() : PLAIN_WIDTH, &state);
    size_t len = strlen(line);
    /* One write a line, so that it doesn't flicker; the rest of an older, longer line is erased. */
    if (p->dumb)
        dprintf(STDERR_FILENO, "\r%-*s", (int)p->drawn, line);
    else if (p->terminal)
        dprintf(STDERR_FILENO, "\r%s\033[K", line);
    else
        dprintf(STDERR_FILENO, "%s\n", line);
    p->drawn = p->terminal ? len : 0;
}

void progress_enter(struct progress *p, const char *phase)
{
    p->phase = phase;
    p->start = p->last = clock_seconds();
    p->last_done = 0;
    p->rate = 0;
}

static bool is_time(const struct progress *p, double now)
{
    return p->enabled && now - p->last >= (p->terminal ? terminal_interval : plain_interval);
}

bool progress_is_due(const struct progress *p)
{
    return signals_status_requested() || (p->enabled && is_time(p, clock_seconds()));
}

void progress_update(struct progress *p, off_t done, off_t size)
{
    double now = clock_seconds();
    off_t counted = done < 0 ? 0 : done;
    if (signals_take_status_request()) {
        measure(p, now, counted);
        print_status_line(p, done, size);
    }
    if (!is_time(p, now))
        return;
    measure(p, now, counted);
    if (now - p->start >= p->shown_after && !(p->terminal && in_background()))
        draw(p, done, size);
}

void progress_end(struct progress *p)
{
    if (p->drawn > 0 && p->dumb)
        dprintf(STDERR_FILENO, "\r%*s\r", (int)p->drawn, "");
    else if (p->drawn > 0)
        dprintf(STDERR_FILENO, "\r\033[K");
    p->drawn = 0;
}
