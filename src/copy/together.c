/* SPDX-License-Identifier: MIT */
/* The steps of the node that leads a copy which several nodes make. */
#include "base/clock.h"
#include "base/signals.h"
#include "base/stripe.h"
#include "copy/partners.h"
#include "copy/step.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds between two looks at what other nodes report. */
enum { NOTE_S = 1 };

/* Bytes of text about the nodes. */
enum { REMARK = 320 };

unsigned step_nodes(const struct copy *c)
{
    const struct partners *partners = c->rules->partners;
    return partners && partners->pid == getpid() && !c->joins ? partners->nodes : 1;
}

/* Ranges of the row of data are ranges of the file only where there are no holes. */
static size_t stripe(const struct copy *c)
{
    if (c->extents.bytes < c->plan.size)
        return 0;
    size_t written = stripe_of(c->stage.fd, c->plan.size);
    return written > 0 ? written : stripe_of(c->src.fd, c->plan.size);
}

struct records *step_shared_records(const struct copy *c)
{
    return c->rules->partners ? c->rules->partners->grants->records : NULL;
}

static int announce(struct copy *c)
{
    const struct partners *partners = c->rules->partners;
    struct announcement announcement = {.src = c->src_at.path,
                                        .dst = c->dst_at.path,
                                        .size = c->plan.size,
                                        .mtime = c->src.st.st_mtim,
                                        .ctime = c->src.st.st_ctim,
                                        .chunk_len = c->plan.chunk_len,
                                        .recorded = c->records,
                                        .known = c->verifies || c->used,
                                        .verifies = c->verifies,
                                        .used = c->used,
                                        .kept = c->journal.fd >= 0,
                                        .extents = c->extents,
                                        .stripe = stripe(c)};
    snprintf(announcement.leader, sizeof(announcement.leader), "%s", partners->node);
    strcpy(announcement.hidden, c->stage.hidden);
    strcpy(announcement.witness, c->witness.hidden);
    int rc = partners->announce(partners->arg, &announcement);
    if (rc < 0)
        return step_fail(c, rc, c->dst.path, "cannot have other nodes join in");
    c->grants = partners->grants;
    c->leader = partners->node;
    return 0;
}

/* What --resume goes on from has a name that may exist in another directory, too. */
static int make_witness(struct copy *c)
{
    return stage_open_shared(&c->witness, c->dst.dir_fd, c->dst.name, STAGE_MODE_LATER);
}

/* From here on others write to the staged file. Extents that are shared leave nothing to be done,
 * and what turned out to be written in place is left to this node alone. */
int step_announce(struct copy *c)
{
    if (c->plan.nodes < 2 || c->reflinked || c->stage.kind != STAGE_HIDDEN)
        return 0;
    int rc = stage_sync(&c->stage);
    if (rc < 0)
        return step_fail_disk(c, rc);
    rc = c->stage.shared ? 0 : make_witness(c);
    if (rc < 0)
        return step_fail(c, rc, c->dst.path, "cannot create anything beside it");
    c->together = true;
    return announce(c);
}

int step_announce_verifying(struct copy *c)
{
    c->verifies = c->together;
    return c->together ? announce(c) : 0;
}

void step_name_node(struct copy *c)
{
    complaint_add(&c->why, " (on node %s)", c->rules->partners->node);
}

/* Why this node couldn't do its part; NULL: another node couldn't, or it was asked to stop. */
static char *own_reason(struct copy *c, int rc)
{
    if (rc == 0 || rc == -ECANCELED || rc == -EINTR)
        return NULL;
    step_name_node(c);
    return complaint_sentence(&c->why);
}

/* On the leading node, what others report; on them, what is asked of them. */
void step_heed_speaker(struct copy *c)
{
    struct grants *g = c->grants;
    unsigned wanted = g->sync_wanted;
    if (wanted != g->synced && !c->sync_failed) {
        c->sync_failed = stage_sync(&c->stage);
        if (!c->sync_failed)
            g->synced = wanted;
    }
    if (!c->joins && clock_seconds() - c->noted > NOTE_S) {
        c->noted = clock_seconds();
        step_note_told(c);
    }
}

static void tick(struct copy *c)
{
    step_heed_speaker(c);
    off_t done = c->share ? share_done(c->share) : 0;
    if (c->share)
        c->share->elsewhere = c->grants->elsewhere;
    c->observer->tick(c->observer->arg, done + c->grants->elsewhere, c->plan.data);
}

/* Waits until no other node has the file open. */
static int wait_for_others(struct copy *c, int rc, struct parting *parting)
{
    const struct partners *partners = c->rules->partners;
    int looked = 0;
    bool told = rc < 0;
    while (!looked && !parting->over) {
        if (signals_fatal() && !told)
            partners->part(partners->arg, PART_FAILED, NULL);
        told |= signals_fatal() != 0;
        looked = partners->look(partners->arg, parting);
        tick(c);
    }
    return looked;
}

static void keep_verified(struct copy_result *result, const struct parting *parting)
{
    assert(parting->list || parting->count == 0);
    for (unsigned i = 0; i < parting->count && i < result->node_count; i++)
        result->nodes[i].verified = parting->list[i].bytes;
}

static void tell_contributions(const struct copy *c, struct parting *parting)
{
    char text[REMARK] = "all nodes succeeded";
    if (parting->list)
        contributions_put(parting->list, parting->count, text, sizeof(text));
    step_remark(c, c->verifies ? "verified by several nodes" : "copied by several nodes", text);
    if (c->verifies) {
        keep_verified(c->result, parting);
        return;
    }
    c->result->nodes = parting->list;
    c->result->node_count = parting->list ? parting->count : 0;
    parting->list = NULL;
}

/* The outcome of the copy, if this node couldn't hear from the others, or has: in that case its own
 * failure, if there is one, was the first. */
static int conclude(struct copy *c, int rc, int heard, struct parting *parting)
{
    if (signals_fatal())
        return -EINTR;
    if (rc < 0 && rc != -ECANCELED)
        return rc;
    if (heard < 0)
        return step_fail(c, heard, c->dst.path, "cannot hear from other nodes");
    if (parting->spoilt)
        step_forget(c);
    if (parting->failed) {
        c->elsewhere = parting->words;
        parting->words = NULL;
        return complaint_make(&c->why, ECANCELED, c->dst.path, "cannot copy",
                              "another node has stopped");
    }
    tell_contributions(c, parting);
    return 0;
}

int step_part(struct copy *c, int rc)
{
    const struct partners *partners = c->rules->partners;
    struct parting parting = {0};
    if (!c->grants)
        return rc;
    char *sentence = own_reason(c, rc);
    int heard = partners->part(partners->arg, rc == 0 ? PART_WELL : PART_FAILED, sentence);
    free(sentence);
    if (!heard)
        heard = wait_for_others(c, rc, &parting);
    step_note_told(c);
    c->grants = NULL;
    rc = conclude(c, rc, heard, &parting);
    free(parting.words);
    free(parting.list);
    return rc;
}

int step_gather(struct copy *c)
{
    if (!c->grants)
        return 0;
    int rc = step_part(c, 0);
    if (!rc)
        c->result->bytes = c->plan.data;
    if (!rc && c->records)
        c->result->kept = records_kept(c->records, c->plan.data);
    return rc;
}
