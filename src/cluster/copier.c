/* SPDX-License-Identifier: MIT */
#include "cluster/copier.h"
#include "base/signals.h"
#include "cluster/mailbox.h"
#include "copy/join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A signal may come just before the waiting begins. */
enum { LOOK_MS = 50, WAIT_MS = 500 };

struct copier {
    struct mailbox mailbox;
    bool joins;              /* in what rank 0 leads */
    struct copy_rules rules; /* through these */
    struct partners partners;
    struct letter start; /* the first letter, which holds its node's name */
    unsigned jobs;
};

/* --- what rank 0's copy asks of others --- */

/* What concerns a tree can wait. */
static bool is_of_trees(const struct message *m)
{
    return m->kind == MESSAGE_LOST || m->kind == MESSAGE_PARCEL;
}

static bool is_of_files(const struct message *m)
{
    return !is_of_trees(m);
}

/* Waits for a letter of that kind, whatever signals come. */
static int wait_for(struct copier *c, enum message_kind kind, struct letter *letter)
{
    int rc;
    while ((rc = mailbox_receive_wanted(&c->mailbox, WAIT_MS, is_of_files, letter)) == 0)
        ;
    if (rc > 0 && letter->message.kind != kind) {
        free(letter->text);
        return -EPROTO;
    }
    return rc < 0 ? rc : 0;
}

static int announce(void *arg, const struct announcement *announcement)
{
    struct copier *c = arg;
    struct letter letter;
    struct message m = {.kind = MESSAGE_ANNOUNCE, .len = (int64_t)announcement->stripe};
    char *text = message_pack(announcement, &m.size);
    int rc = text ? mailbox_send(&c->mailbox, &m, text) : -ENOMEM;
    free(text);
    if (!rc)
        rc = wait_for(c, MESSAGE_BEGUN, &letter);
    if (!rc)
        free(letter.text);
    return rc;
}

static int part(void *arg, enum part_end end, const char *sentence)
{
    struct copier *c = arg;
    struct message m = {
        .kind = MESSAGE_PART, .off = end, .size = sentence ? (uint32_t)strlen(sentence) : 0};
    return mailbox_send(&c->mailbox, &m, sentence);
}

static int look(void *arg, struct parting *parting)
{
    struct copier *c = arg;
    struct letter letter;
    int rc = mailbox_receive_wanted(&c->mailbox, LOOK_MS, is_of_files, &letter);
    if (rc <= 0)
        return rc;
    if (letter.message.kind == MESSAGE_OVER) {
        parting->over = true;
        parting->failed = letter.message.off != PART_WELL;
        parting->spoilt = letter.message.off == PART_SPOILT;
        if (!parting->failed)
            parting->list = contributions_read(letter.text, letter.message.size, &parting->count);
        else if (letter.message.size > 0) {
            parting->words = letter.text;
            return 0;
        }
    }
    free(letter.text);
    return 0;
}

static int post(void *arg, unsigned node, const void *bytes, size_t len)
{
    struct copier *c = arg;
    if (len > MESSAGE_MOST)
        return -EMSGSIZE;
    const struct message m = {.kind = MESSAGE_PARCEL, .nodes = node, .size = (uint32_t)len};
    return mailbox_send(&c->mailbox, &m, bytes);
}

static struct parcel parcel_of(const struct letter *letter)
{
    const struct message *m = &letter->message;
    return (struct parcel){
        .node = m->nodes, .lost = m->kind == MESSAGE_LOST, .bytes = letter->text, .len = m->size};
}

/* --- the other nodes --- */

static int join(struct copier *c, const struct letter *letter)
{
    struct announcement a;
    char *sentence = NULL;
    enum part_end end = PART_FAILED;
    if (message_unpack(letter->text, letter->message.size, &a)) {
        end = copy_join(&a, &c->rules, &c->partners, &sentence);
        extents_release(&a.extents);
    }
    int rc = part(c, end, sentence);
    free(sentence);
    return rc;
}

/* Other nodes may be asked to join in the copy of a file while a tree is being copied. */
static int fetch(void *arg, struct parcel *parcel)
{
    struct copier *c = arg;
    struct letter letter;
    int rc;
    while ((rc = mailbox_receive(&c->mailbox, 0, &letter)) > 0) {
        *parcel = parcel_of(&letter);
        if (is_of_trees(&letter.message) && parcel->node < c->partners.nodes)
            return 1;
        if (letter.message.kind == MESSAGE_JOIN && c->joins)
            rc = join(c, &letter);
        free(letter.text);
        if (rc < 0)
            break;
    }
    return rc;
}

static int join_tree(struct copier *c, const struct letter *letter,
                     const struct copier_programs *programs)
{
    struct parcel parcel = parcel_of(letter);
    return programs->join_tree(programs->arg, &c->partners, c->jobs, &parcel);
}

/* Until the speaker has nothing more to say. */
static int serve(struct copier *c, const struct copier_programs *programs)
{
    struct letter letter;
    int rc = 0;
    while (rc >= 0 && !signals_fatal()) {
        rc = mailbox_receive(&c->mailbox, WAIT_MS, &letter);
        if (rc <= 0)
            continue;
        if (letter.message.kind == MESSAGE_JOIN)
            rc = join(c, &letter);
        if (letter.message.kind == MESSAGE_PARCEL)
            rc = join_tree(c, &letter, programs);
        free(letter.text);
    }
    return 0;
}

static void meet(struct copier *c, struct grants *grants)
{
    const struct message *m = &c->start.message;
    c->jobs = m->jobs > 1 ? m->jobs : 0;
    c->partners = (struct partners){.nodes = m->nodes,
                                    .node = c->start.text,
                                    .number = (unsigned)m->off,
                                    .pid = getpid(),
                                    .grants = grants,
                                    .announce = announce,
                                    .part = part,
                                    .look = look,
                                    .post = post,
                                    .fetch = fetch,
                                    .socket = c->mailbox.socket,
                                    .arg = c};
}

static int start(struct copier *c, const struct copy_rules *rules,
                 const struct copier_programs *programs)
{
    if (c->start.message.failed)
        return 0;
    if (c->start.message.off == 0)
        return programs->lead(programs->arg, &c->partners, c->jobs);
    c->rules = *rules;
    if (c->rules.wishes.jobs == 0)
        c->rules.wishes.jobs = c->jobs;
    c->joins = true;
    return serve(c, programs);
}

int copier_run(int socket, struct grants *grants, const struct copy_rules *rules,
               const struct copier_programs *programs)
{
    struct copier c = {.mailbox = {.socket = socket}};
    if (wait_for(&c, MESSAGE_START, &c.start) < 0)
        return 0; /* the speaker is gone, and has said why */
    meet(&c, grants);
    int status = start(&c, rules, programs);
    free(c.start.text);
    mailbox_release(&c.mailbox);
    return status;
}
