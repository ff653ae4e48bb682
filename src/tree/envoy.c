/* SPDX-License-Identifier: MIT */
#include "tree/envoy.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Milliseconds between two looks, if nothing happens. */
enum { TICK_MS = 100, BUSY_TICK_MS = 10 };

/* Bytes of lines that the first node may still have to print: a node with more waits. */
enum { UNHEARD_MOST = 1 << 20 };

/* Bytes of lines that are sent at once; fewer wait for the next turn. */
enum { SAID_ENOUGH = 32 << 10 };

/* For how many seconds a node that has only tasks that must stay isn't asked for any. */
static const double barren_for = 0.1;

/* --- sending --- */

struct packing envoy_pack(enum parcel_kind kind)
{
    struct packing p = {0};
    pack_number(&p, kind);
    return p;
}

/* If something can't be sent, nobody can be relied upon: this node goes on as if it was alone. */
void envoy_send(struct envoy *e, unsigned node, struct packing *p)
{
    if (p->failed)
        e->cut_off = true;
    if (!e->cut_off && e->partners->post(e->partners->arg, node, p->bytes, p->len) < 0)
        e->cut_off = true;
    free(p->bytes);
}

void envoy_tell(struct envoy *e, unsigned node, enum parcel_kind kind, uint64_t number)
{
    struct packing p = envoy_pack(kind);
    pack_number(&p, number);
    envoy_send(e, node, &p);
}

static void tell_end(struct envoy *e, unsigned node, uint64_t id, bool lost)
{
    struct packing p = envoy_pack(PARCEL_END);
    pack_number(&p, id);
    pack_number(&p, lost);
    envoy_send(e, node, &p);
}

/* --- errands for others --- */

static struct away *add_away(struct envoy *e, unsigned node)
{
    struct away *away = calloc(1, sizeof(*away));
    if (away) {
        *away = (struct away){.next = e->away, .id = ++e->errands, .node = node};
        e->away = away;
    }
    return away;
}

static uint64_t send_tasks(struct envoy *e, unsigned node, struct task *tasks, bool bound)
{
    struct away *away = tasks ? add_away(e, node) : NULL;
    uint64_t count = 0;
    if (!away) {
        queue_return(e->hand->queue, tasks, TASK_LOST); /* for lack of memory */
        return 0;
    }
    away->tasks = tasks;
    for (const struct task *task = tasks; task; task = task->next)
        count++;
    struct packing p = envoy_pack(PARCEL_ERRAND);
    errand_describe(&p, away->id, bound, tasks, &e->view);
    envoy_send(e, node, &p);
    return count;
}

uint64_t envoy_give(struct envoy *e, unsigned node, uint64_t most)
{
    struct task *tasks = queue_give(e->hand->queue, most, errand_fits, NULL);
    if (!tasks)
        e->barren = clock_seconds() + barren_for;
    return send_tasks(e, node, tasks, false);
}

uint64_t envoy_give_bound(struct envoy *e, unsigned node)
{
    return send_tasks(e, node, queue_give_bound(e->hand->queue, ERRAND_MOST), true);
}

void envoy_hand_on(struct envoy *e, unsigned node, unsigned from, struct errand_text *text)
{
    struct away *away = add_away(e, node);
    if (!away) {
        tell_end(e, from, text->id, true);
        return;
    }
    away->from = from;
    away->from_id = text->id;
    text->id = away->id;
    struct packing p = envoy_pack(PARCEL_ERRAND);
    errand_pack(&p, text);
    envoy_send(e, node, &p);
}

/* Node 0 never has others do tasks through this node. */
static void conclude(struct envoy *e, struct away *away, bool lost)
{
    if (away->tasks)
        queue_return(e->hand->queue, away->tasks, lost ? TASK_LOST : TASK_ENDED);
    else if (away->from != 0)
        tell_end(e, away->from, away->from_id, lost);
    free(away);
}

static void hear_end(struct envoy *e, unsigned node, struct unpacking *u)
{
    uint64_t id = unpack_number(u), lost = unpack_number(u);
    for (struct away **at = &e->away; *at; at = &(*at)->next)
        if ((*at)->id == id && (*at)->node == node) {
            struct away *away = *at;
            *at = away->next;
            conclude(e, away, lost);
            return;
        }
}

void envoy_give_up(struct envoy *e, unsigned node)
{
    for (struct away **at = &e->away; *at;) {
        struct away *away = *at;
        if (!away->tasks && away->from == node)
            away->from = 0;
        if (away->node != node) {
            at = &away->next;
            continue;
        }
        *at = away->next;
        conclude(e, away, true);
    }
}

size_t envoy_count_away(const struct envoy *e)
{
    size_t count = 0;
    for (const struct away *away = e->away; away; away = away->next)
        count++;
    return count;
}

/* --- errands of others --- */

void envoy_take_in(struct envoy *e, unsigned from, const struct errand_text *text)
{
    if (!errand_accept(e->hand, from, text, &e->view))
        tell_end(e, from, text->id, true);
}

void envoy_note_ended(struct envoy *e)
{
    struct errand *ended = errand_take_ended(e->hand->queue), **last = &e->ended;
    while (*last)
        last = &(*last)->next;
    *last = ended;
}

static void tell_ends(struct envoy *e)
{
    for (struct errand *next; e->ended; e->ended = next) {
        next = e->ended->next;
        tell_end(e, e->ended->from, e->ended->id, false);
        errand_forget(e->hand->queue, e->ended);
    }
}

/* --- lines --- */

bool envoy_relays(const struct envoy *e)
{
    return e->relays;
}

bool envoy_can_relay(const struct envoy *e)
{
    return e->unheard < UNHEARD_MOST || e->cut_off;
}

static void send_said(struct envoy *e, int stream)
{
    struct packing *said = &e->said[stream];
    if (said->len == 0)
        return;
    struct packing p = envoy_pack(PARCEL_LINES);
    pack_number(&p, (uint64_t)stream);
    pack_text(&p, said->bytes, said->len);
    p.failed |= said->failed;
    envoy_send(e, 0, &p);
    said->len = 0;
}

/* A sentence that doesn't say on which node would be taken to be about the first. */
void envoy_relay(struct envoy *e, int stream, const char *line, size_t len)
{
    const char *program = diag_program(), *node = e->partners->node;
    bool sentence = stream == HAND_ERR && len > 0 && line[len - 1] == '\n' &&
                    strncmp(line, program, strlen(program)) == 0;
    size_t room = len + strlen(node) + sizeof(" (on node )");
    char *longer = sentence ? malloc(room) : NULL;
    if (longer) {
        int more = snprintf(longer, room, "%.*s (on node %s)\n", (int)len - 1, line, node);
        len = (size_t)more;
    }
    e->unheard += len;
    pack_bytes(&e->said[stream], longer ? longer : line, len);
    if (e->said[stream].len >= SAID_ENOUGH)
        send_said(e, stream);
    free(longer);
}

/* --- all of it --- */

void envoy_watch(const struct envoy *e, struct pollfd fds[ENVOY_FDS])
{
    fds[0] = (struct pollfd){.fd = e->cut_off ? -1 : e->partners->socket, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = e->hand->queue->bell, .events = POLLIN};
}

int envoy_patience(const struct envoy *e)
{
    return e->hand->queue->waiting > 0 || e->ended ? BUSY_TICK_MS : TICK_MS;
}

bool envoy_is_stopped(const struct envoy *e)
{
    return e->stopped;
}

uint64_t envoy_length(const struct envoy *e)
{
    return clock_seconds() < e->barren ? 0 : e->hand->queue->length;
}

uint64_t envoy_idle(const struct envoy *e)
{
    return e->hand->queue->waiting;
}

static void open_errand(struct envoy *e, unsigned node, struct unpacking *u)
{
    struct errand_text text;
    if (errand_unpack(u, &text))
        e->role->take(e, node, &text);
    else
        tell_end(e, node, text.id, true);
    errand_text_release(&text);
}

static void open_parcel(struct envoy *e, const struct parcel *parcel)
{
    struct unpacking u = {.at = parcel->bytes, .end = parcel->bytes + parcel->len};
    if (parcel->lost) {
        e->role->lose(e, parcel->node, parcel->bytes);
        return;
    }
    uint64_t kind = unpack_number(&u);
    if (kind == PARCEL_ERRAND)
        open_errand(e, parcel->node, &u);
    else if (kind == PARCEL_END)
        hear_end(e, parcel->node, &u);
    else if (!u.failed && kind < PARCEL_KINDS)
        e->role->hear(e, parcel->node, (enum parcel_kind)kind, &u);
}

static void hear_all(struct envoy *e)
{
    struct parcel parcel;
    int rc = 0;
    while (!e->cut_off && (rc = e->partners->fetch(e->partners->arg, &parcel)) > 0) {
        open_parcel(e, &parcel);
        free(parcel.bytes);
    }
    e->cut_off |= rc < 0;
}

void envoy_turn(struct envoy *e, bool all)
{
    uint64_t rung;
    (void)!read(e->hand->queue->bell, &rung, sizeof(rung));
    hear_all(e);
    send_said(e, HAND_OUT);
    send_said(e, HAND_ERR);
    if (all)
        tell_ends(e);
    if (!e->cut_off)
        e->role->act(e);
    if (e->cut_off && !e->heeded) {
        e->heeded = true;
        e->role->lose(e, 0, NULL);
    }
}

bool envoy_init(struct envoy *e, struct hand *h, const struct envoy_role *role)
{
    *e = (struct envoy){.hand = h, .partners = h->options->rules.partners, .role = role};
    h->queue->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return h->queue->bell >= 0;
}

void envoy_release(struct envoy *e)
{
    free(e->said[HAND_OUT].bytes);
    free(e->said[HAND_ERR].bytes);
    io_close(&e->hand->queue->bell);
    for (struct away *next; e->away; e->away = next) {
        next = e->away->next;
        free(e->away);
    }
}
