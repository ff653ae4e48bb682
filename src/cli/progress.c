/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"
#include "base/arithmetic.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/signals.h"
#include "cli/stream.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLAIN_WIDTH = 79, LARGE = 16 << 20 }; /* columns; bytes */

static const double terminal_interval = 0.2, plain_interval = 1; /* seconds */

void progress_start(struct progress *p, enum progress_form form)
{
    double now = clock_seconds();
    bool terminal = terminal_is_there(), json = form == PROGRESS_JSON;
    *p = (struct progress){.enabled = form > PROGRESS_AUTO || (form == PROGRESS_AUTO && terminal),
                           .json = json,
                           .terminal = terminal,
                           .dumb = terminal && terminal_is_dumb(),
                           .shown_after = form == PROGRESS_AUTO ? 1 : 0,
                           .start = now,
                           .entered = now,
                           .last = now,
                           .size = -1,
                           .all = -1};
    estimate_begin(&p->whole, now, 0);
}

/* --- what is shown --- */

static struct estimate *estimate_of(struct progress *p)
{
    return p->apart ? &p->part : &p->whole;
}

/* Adds what was done before to what is reported of one file, so that it is of all files, unless it
 * is a phase of its own. */
static void place(const struct progress *p, off_t *done, off_t *size)
{
    if (p->apart || p->all < 0 || *done < 0)
        return;
    *done = min_off(p->before + *done, p->all);
    *size = p->all;
}

/* A phase that only waits has been waiting since it began. */
static double elapsed(const struct progress *p, off_t done, double now)
{
    return now - (p->apart || done < 0 ? p->entered : p->start);
}

static const char *phase_of(const struct progress *p)
{
    return p->phase ? p->phase : p->checking ? "checking" : NULL;
}

static struct progress_state state_of(struct progress *p, off_t done, off_t size, double now)
{
    const struct estimate *estimate = p->checking ? &p->check : estimate_of(p);
    place(p, &done, &size);
    return (struct progress_state){.done = done,
                                   .size = size,
                                   .rate = estimate->rate,
                                   .elapsed = elapsed(p, done, now),
                                   .left = p->json ? estimate->left : estimate->told,
                                   .phase = phase_of(p),
                                   .name = p->json || p->count.of > 0 ? p->name : NULL,
                                   .count = p->count};
}

/* Do reports say how much of something else than copying is done? */
static bool is_other_work(const struct progress *p)
{
    return p->apart && p->phase;
}

/* Of the bytes that reports are about, those that were done without being copied by this run. */
static off_t unmoved(const struct progress *p)
{
    return is_other_work(p) ? 0 : p->kept + (p->apart ? 0 : p->unmoved);
}

/* What an earlier run had copied is gone through much sooner than the rest will be copied: once
 * that is over, the estimate begins anew. */
static void heed_check(struct progress *p, double now, off_t done, off_t moved)
{
    struct estimate *estimate = estimate_of(p);
    bool was_checking = p->checking;
    off_t found = is_other_work(p) ? 0 : p->kept - p->checked;
    p->checking = found > 0 && found > moved - estimate->done;
    p->checked = p->kept;
    if (p->checking && !was_checking)
        estimate_begin(&p->check, estimate->last, done - found);
    if (p->checking)
        estimate_note(&p->check, now, done, -1);
    else if (was_checking)
        estimate_begin(estimate, estimate->last, estimate->done);
}

static void measure(struct progress *p, double now, off_t done, off_t size)
{
    if (done < 0) {
        estimate_pause(estimate_of(p), now);
        return;
    }
    off_t out = unmoved(p);
    place(p, &done, &size);
    heed_check(p, now, done, done - out);
    bool known = size >= 0 && !p->count.counting && !p->checking;
    estimate_note(estimate_of(p), now, done - out, known ? size - out : -1);
}

/* --- showing it --- */

/* One write per line, so that it doesn't flicker. */
static void put(const char *text, size_t len)
{
    ssize_t n = write(STDERR_FILENO, text, len);
    (void)n; /* if nobody gets it, nothing is lost */
}

/* The cursor stays at the beginning: if a terminal is narrowed and wraps the line, that is still
 * its first row, and everything after it can be erased. */
static void draw_on_terminal(struct progress *p, const struct progress_state *state)
{
    char text[BAR_ROOM + BAR_COLUMNS + 8] = "\r";
    if (!p->looked)
        p->look = terminal_look();
    p->looked = true;
    size_t width = terminal_width(), columns = bar_format(text + 1, width, state, &p->look);
    char *end = text + strlen(text);
    if (p->dumb)
        end += sprintf(end, "%*s", (int)(p->drawn - min_size(columns, p->drawn)), "");
    else
        end = stpcpy(end, p->drawn > width ? "\033[J\r" : "\033[K\r");
    put(text, (size_t)(end - text));
    p->drawn = columns;
}

static void draw_plain(const struct progress_state *state)
{
    const struct bar_look plain = {0};
    char line[BAR_ROOM];
    bar_format(line, PLAIN_WIDTH, state, &plain);
    size_t len = strlen(line);
    line[len] = '\n';
    put(line, len + 1);
}

static void draw(struct progress *p, const struct progress_state *state, double now)
{
    if ((p->terminal && terminal_is_anothers()) || !terminal_takes(0))
        return;
    p->shown = true;
    if (p->json)
        stream_put(state, now - p->start, NULL);
    else if (p->terminal)
        draw_on_terminal(p, state);
    else
        draw_plain(state);
}

/* Bytes per second that were copied, if so many are done now. */
static double average(const struct progress *p, off_t done, double seconds)
{
    off_t out = unmoved(p);
    return seconds > 0 && done > out ? (double)(done - out) / seconds : 0;
}

static void print_status_line(struct progress *p, off_t done, off_t size, double now)
{
    char line[BAR_FIGURES];
    struct progress_state state = state_of(p, done, size, now);
    if (!p->checking) {
        state.rate = average(p, state.done, state.elapsed);
        state.left = state.rate > 0 ? (double)(state.size - state.done) / state.rate : -1;
    }
    progress_end(p);
    bar_format_figures(line, &state);
    if (terminal_takes(0))
        diag_print("%s", line + strspn(line, " "));
}

/* --- what goes on --- */

void progress_begin_file(struct progress *p, const struct progress_count *count, const char *name,
                         off_t before, off_t all)
{
    p->count = *count;
    p->kept = p->checked = 0;
    p->checking = false;
    p->before = before;
    p->all = all;
    p->entered = clock_seconds();
    p->apart = false;
    p->phase = NULL;
    progress_name(p, p->enabled ? strdup(name) : NULL);
}

void progress_tell_all(struct progress *p, const struct progress_count *count)
{
    p->count = *count;
    p->kept = p->checked = 0;
    p->checking = false;
    p->all = -1;
    p->apart = false;
    p->phase = NULL;
    progress_name(p, NULL);
}

void progress_name(struct progress *p, char *name)
{
    free(p->name);
    p->name = name;
}

/* Nothing is known of it yet. */
static void announce(struct progress *p, double now)
{
    if (!p->enabled || !p->shown || !p->phase)
        return;
    struct progress_state state = state_of(p, -1, -1, now);
    state.elapsed = -1;
    draw(p, &state, now);
}

void progress_enter(struct progress *p, const char *phase)
{
    double now = clock_seconds();
    bool was_apart = p->apart;
    p->phase = phase;
    p->entered = now;
    p->apart = phase || p->count.of == 0 || p->all < 0;
    if (p->apart)
        estimate_begin(&p->part, now, 0);
    else if (was_apart)
        estimate_pause(&p->whole, now);
    if (p->count.of == 0 || p->size >= LARGE) /* of many small files it would flicker */
        announce(p, now);
}

void progress_enter_within(struct progress *p, const char *phase)
{
    p->phase = phase;
    announce(p, clock_seconds());
}

/* --- reports --- */

static bool is_time(const struct progress *p, double now)
{
    bool often = p->terminal && !p->json;
    return p->enabled && now - p->last >= (often ? terminal_interval : plain_interval);
}

bool progress_is_due(const struct progress *p)
{
    return signals_status_requested() || (p->enabled && is_time(p, clock_seconds()));
}

void progress_note(struct progress *p, off_t done, off_t size)
{
    p->done = done;
    p->size = size;
}

void progress_keep(struct progress *p, off_t bytes)
{
    p->kept = bytes;
}

void progress_leave_out(struct progress *p, off_t bytes)
{
    p->unmoved = bytes;
}

void progress_update(struct progress *p, off_t done, off_t size)
{
    double now = clock_seconds();
    progress_note(p, done, size);
    if (signals_take_status_request()) {
        measure(p, now, done, size);
        print_status_line(p, done, size, now);
    }
    if (!is_time(p, now))
        return;
    measure(p, now, done, size);
    p->last = now;
    if (!p->shown && now - p->start < p->shown_after)
        return;
    const struct progress_state state = state_of(p, done, size, now);
    draw(p, &state, now);
}

/* --- the end --- */

void progress_conclude(struct progress *p, off_t done, off_t size, off_t bytes)
{
    progress_note(p, done, size);
    p->apart = false;
    p->kept = 0;
    p->unmoved = bytes;
}

void progress_end(struct progress *p)
{
    if (p->drawn > 0 && p->dumb)
        dprintf(STDERR_FILENO, "\r%*s\r", (int)p->drawn, "");
    else if (p->drawn > 0)
        dprintf(STDERR_FILENO, p->drawn > terminal_width() ? "\r\033[J" : "\r\033[K");
    p->drawn = 0;
}

static void put_final(struct progress *p, const char *outcome)
{
    enum { PATIENCE_MS = 5000 }; /* the reader may be slow, but must be there */
    double seconds = clock_seconds() - p->start;
    bool complete = strcmp(outcome, "copied") == 0 || strcmp(outcome, "checked") == 0;
    struct progress_state state = {
        .done = p->done < 0 ? 0 : p->done, .size = p->size, .name = p->name, .count = p->count};
    if (complete)
        state.size = state.done;
    state.count.counting = !complete; /* nobody will do the rest */
    p->phase = NULL;
    state.rate = average(p, state.done, seconds);
    if (!(p->terminal && terminal_is_anothers()) && terminal_takes(PATIENCE_MS))
        stream_put(&state, seconds, outcome);
}

void progress_finish(struct progress *p, const char *outcome)
{
    progress_end(p);
    if (p->enabled && p->json)
        put_final(p, outcome);
    progress_name(p, NULL);
    terminal_forget(&p->look);
}
