/* SPDX-License-Identifier: MIT */
#include "cluster/conversation.h"
#include "base/clock.h"
#include "base/diag.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hear_dealer(struct speaker *s, const struct message *m, const void *text);

/* --- to the copier --- */

void conversation_tell_copier(struct speaker *s, const struct message *m, const void *text)
{
    if (s->copier)
        message_send(s->socket, m, text); /* if it is gone, that will be noticed soon */
}

/* --- to nodes, and to rank 0 --- */

static void tell_node(struct speaker *s, unsigned node, struct message *m)
{
    const void *text = hashes_behind(&s->hashes, m);
    if (node == s->wire->node)
        hear_dealer(s, m, text);
    else
        s->wire->send(s->wire->arg, node, m, text);
}

static void stop_all(struct speaker *s, struct message *stop)
{
    for (unsigned node = 0; node < s->wire->nodes; node++)
        tell_node(s, node, stop);
}

/* Rank 0 hears what a node says. */
static void deal(struct speaker *s, unsigned node, const struct message *m, const char *text)
{
    struct message answer;
    verdict_hear(&s->verdict, node, m, text);
    enum deal dealt = dealer_hear(&s->dealer, node, m, clock_seconds(), &answer);
    if (dealt == DEAL_ANSWER)
        tell_node(s, node, &answer);
    if (dealt == DEAL_STOP)
        stop_all(s, &answer);
    s->grants->elsewhere = dealer_elsewhere(&s->dealer, s->wire->node);
}

/* One that has ended its part well is asked to stop while others go on. */
static void give_up(struct speaker *s)
{
    s->dealer.failed = s->verdict.failed = true;
    stop_all(s, &(struct message){.kind = MESSAGE_STOP, .round = s->dealer.round});
}

static void hear_hashes(struct speaker *s, const struct letter *letter)
{
    const struct message *m = &letter->message;
    if (m->round == s->dealer.round && !hashes_take_in(&s->hashes, m, letter->text))
        give_up(s);
}

static void tell_dealer(struct speaker *s, struct message *m, const char *text)
{
    m->size = text ? (uint32_t)strlen(text) : 0;
    if (s->wire->node == 0)
        deal(s, 0, m, text);
    else
        s->wire->send(s->wire->arg, 0, m, text);
}

static void send_hashes(void *arg, const struct message *m, const void *text)
{
    const struct speaker *s = arg;
    s->wire->send(s->wire->arg, 0, m, text);
}

/* The part of this node has ended. */
static void part(struct speaker *s, enum part_end end, const char *sentence)
{
    if (end == PART_WELL && s->wire->node != 0)
        hashes_tell(&s->hashes, &(struct hashes_sender){s->member.round, send_hashes, s});
    double seconds = clock_seconds() - s->began;
    struct message m = member_part(&s->member, end, s->grants->done);
    m.jobs = s->grants->jobs;
    if (end == PART_WELL)
        m.off = (int64_t)(seconds * 1e6);
    tell_dealer(s, &m, end == PART_WELL ? s->node : sentence);
}

/* --- what is heard --- */

static void give(struct speaker *s, const struct message *m, const void *text)
{
    if (s->wire->node != 0 && !hashes_granted(&s->hashes, m, text))
        s->grants->called_off = true;
    grants_give(s->grants, m->off, m->len);
    s->grants->elsewhere = m->done;
}

/* What rank 0 says to a node about a copy. */
static void hear_dealer(struct speaker *s, const struct message *m, const void *text)
{
    switch (member_hear(&s->member, m)) {
    case ORDER_GIVE:
        give(s, m, text);
        break;
    case ORDER_LAST:
        s->grants->last = true;
        break;
    case ORDER_CALL_OFF:
        s->grants->called_off = true;
        break;
    case ORDER_NOTHING:
        break;
    }
}

static void begin(struct speaker *s, uint32_t round)
{
    grants_begin(s->grants);
    s->began = clock_seconds();
    member_begin(&s->member, round, s->began);
}

static void join(struct speaker *s, const struct letter *letter)
{
    struct announcement a;
    begin(s, letter->message.round);
    bool ready = message_unpack(letter->text, letter->message.size, &a);
    if (ready) {
        ready = hashes_begin(&s->hashes, &a, false);
        extents_release(&a.extents);
    }
    if (s->copier && ready)
        conversation_tell_copier(s, &letter->message, letter->text);
    else
        part(s, PART_FAILED, NULL);
}

/* To rank 0, whose copier takes care of what this one was to do. */
static void tell_loss(struct speaker *s)
{
    char stop[sizeof(s->death)];
    const char *text = s->asked > 0 ? stop : s->death;
    snprintf(stop, sizeof(stop), "the copy was asked to stop (on node %s)", s->node);
    const struct message lost = {
        .kind = MESSAGE_LOST, .failed = s->asked > 0, .size = (uint32_t)strlen(text)};
    s->wire->send(s->wire->arg, 0, &lost, text);
}

/* Something from another node, for the copier. */
static void deliver(struct speaker *s, unsigned node, const struct letter *letter)
{
    struct message m = letter->message;
    m.nodes = node;
    s->carried = clock_seconds();
    if (s->copier)
        conversation_tell_copier(s, &m, letter->text);
    else if (s->wire->node != 0 && s->wire->speaks)
        tell_loss(s);
}

/* Each node that was asked tells so, perhaps more than once. */
static void stop_copier(struct speaker *s, const char *sentence)
{
    if (!s->copier || s->asked > 0 || s->stopped)
        return;
    s->stopped = true;
    diag_print("%s", sentence ? sentence : "the copy was asked to stop");
    kill(s->copier, SIGTERM);
}

/* Whoever asks one node to stop means all of them. This node's copier must hear of the loss even
 * then, or it waits for that node; it has the signal before. */
static void hear_loss(struct speaker *s, unsigned node, const struct letter *letter)
{
    if (letter->message.failed && s->wire->node == 0)
        stop_copier(s, letter->text);
    deliver(s, node, letter);
}

/* From the copier, for another node. */
static void forward(struct speaker *s, const struct letter *letter)
{
    unsigned node = letter->message.nodes;
    s->carried = clock_seconds();
    if (node < s->wire->nodes && node != s->wire->node)
        s->wire->send(s->wire->arg, node, &letter->message, letter->text);
}

static void hear_node(struct speaker *s, unsigned node, const struct letter *letter)
{
    const struct message *m = &letter->message;
    bool from_member = m->kind <= MESSAGE_HASHES;
    if (m->kind == MESSAGE_END)
        s->ended = true;
    else if (from_member && (!s->leads || node >= s->wire->nodes))
        ; /* about a copy that is over */
    else if (m->kind == MESSAGE_HASHES)
        hear_hashes(s, letter);
    else if (from_member)
        deal(s, node, m, letter->text);
    else if (m->kind == MESSAGE_JOIN)
        join(s, letter);
    else if (m->kind == MESSAGE_LOST)
        hear_loss(s, node, letter);
    else if (m->kind == MESSAGE_PARCEL)
        deliver(s, node, letter);
    else
        hear_dealer(s, m, letter->text);
}

bool conversation_hear_nodes(struct speaker *s)
{
    struct letter letter;
    unsigned node;
    bool heard = false;
    while (!s->ended && s->wire->receive(s->wire->arg, &node, &letter)) {
        hear_node(s, node, &letter);
        free(letter.text);
        heard = true;
    }
    return heard;
}

static void begin_dealing(struct speaker *s, uint32_t round, const struct announcement *a,
                          size_t stripe)
{
    hashes_begin(&s->hashes, a, true);
    if (a->verifies && s->dealer.notes) {
        dealer_begin_verifying(&s->dealer, round);
        return;
    }
    dealer_begin(&s->dealer, round, a->extents.bytes, cursor_unit(a->chunk_len, stripe));
    if (a->recorded)
        dealer_note(&s->dealer, hashes_most(a));
}

/* The copier of rank 0 has a file that others can join in. */
static void announce(struct speaker *s, const struct letter *letter)
{
    struct announcement a;
    struct message join = {
        .kind = MESSAGE_JOIN, .round = s->dealer.round + 1, .size = letter->message.size};
    if (!message_unpack(letter->text, letter->message.size, &a)) { /* for lack of memory */
        conversation_tell_copier(s, &(struct message){.kind = MESSAGE_OVER, .off = PART_FAILED},
                                 NULL);
        return;
    }
    begin(s, join.round);
    begin_dealing(s, join.round, &a, (size_t)letter->message.len);
    verdict_begin(&s->verdict);
    s->leads = true;
    extents_release(&a.extents);
    for (unsigned node = 1; node < s->wire->nodes; node++)
        s->wire->send(s->wire->arg, node, &join, letter->text);
    conversation_tell_copier(s, &(struct message){.kind = MESSAGE_BEGUN}, NULL);
}

static void hear_letter(struct speaker *s, const struct letter *letter)
{
    const struct message *m = &letter->message;
    if (m->kind == MESSAGE_ANNOUNCE && s->wire->node == 0 && !s->leads)
        announce(s, letter);
    else if (m->kind == MESSAGE_PART && s->member.busy)
        part(s, (enum part_end)m->off, letter->text);
    else if (m->kind == MESSAGE_PART && s->leads && m->off != PART_WELL)
        give_up(s);
    else if (m->kind == MESSAGE_PARCEL)
        forward(s, letter);
}

bool conversation_hear_copier(struct speaker *s)
{
    struct letter letter;
    bool heard = false;
    while (s->socket >= 0 && message_receive(s->socket, 0, &letter) > 0) {
        hear_letter(s, &letter);
        free(letter.text);
        heard = true;
    }
    return heard;
}

/* --- what has happened --- */

void conversation_say(struct speaker *s)
{
    const struct standing standing = member_standing(s->grants);
    struct message m;
    const struct hashes_sender sender = {s->member.round, send_hashes, s};
    double time = clock_seconds();
    if (member_says(&s->member, &standing, time, &m))
        tell_dealer(s, &m, NULL);
    if (s->member.busy && s->wire->node != 0)
        hashes_look(&s->hashes, s->grants, time, &sender);
}

void conversation_tell_loss(struct speaker *s)
{
    if (s->member.busy)
        part(s, PART_FAILED, s->death);
    else if (s->leads)
        give_up(s);
    else if (s->wire->node != 0 && s->wire->speaks)
        tell_loss(s);
}

void conversation_conclude(struct speaker *s)
{
    struct message over;
    if (!s->leads || !dealer_is_over(&s->dealer))
        return;
    const void *text = verdict_tell(&s->verdict, dealer_is_whole(&s->dealer), &over);
    conversation_tell_copier(s, &over, text);
    s->leads = false;
}
