/* SPDX-License-Identifier: MIT */
#include "tree/tree.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/signals.h"
#include "cli/report.h"
#include "tree/backup.h"
#include "tree/operand.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

bool tree_is_asked_for(const struct options *o)
{
    const struct copy_rules *r = &o->rules;
    return o->recursive || o->follow != FOLLOW_UNSAID || o->parents || o->copy_contents ||
           o->atomic || r->product != PRODUCT_COPY || r->backup != BACKUP_NONE ||
           r->remove_destination || r->attributes_only || r->preserve & ATTRIBUTE_LINKS;
}

/* How many directories may be open, where few files may. */
static size_t openings_affordable(void)
{
    enum { OTHERS = 14, LEAST = 4 }; /* descriptors; directories */
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= OTHERS + 2 * OPENED_MOST)
        return OPENED_MOST;
    return limit.rlim_cur < OTHERS + 2 * LEAST ? LEAST : (limit.rlim_cur - OTHERS) / 2;
}

/* What --status shows: where all goes, and how far it is. */
static struct headway *begin_headway(const struct options *o, const struct pair *pairs, int count)
{
    const char *directory =
        o->target_directory ? o->target_directory : o->operands[o->operand_count - 1];
    const char *to = count == 1 && pairs->dst ? pairs->dst : directory;
    return headway_create(count > 0 ? pairs->src : "", (unsigned)count, to);
}

static bool prepare(struct tree *t, const struct pair *pairs, int count)
{
    struct hand *h = &t->hand;
    h->options = &t->options;
    h->alone = true;
    h->progress = &t->progress;
    h->mask = umask(0);
    umask(h->mask);
    h->openings.most = openings_affordable();
    h->uid = geteuid();
    h->gid = getegid();
    h->queue = queue_create();
    if (!h->queue)
        return false;
    h->tally = arena_get(h->queue->arena, sizeof(*h->tally));
    h->twins = twins_create(h->queue);
    h->headway = begin_headway(h->options, pairs, count);
    h->buffer = malloc(HAND_BUFFER);
    return h->tally && h->twins && h->headway && h->buffer;
}

static void copy_all(struct tree *t, struct pair *pairs, int count)
{
    const struct options *o = t->hand.options;
    for (int i = 0; i < count; i++) /* what one operand makes is no old way of another */
        pairs[i].way_exists = o->parents && pairs[i].dst && operand_has_parents(&pairs[i]);
    progress_start(&t->progress, !o->quiet && o->progress != WHEN_NEVER,
                   o->progress == WHEN_ALWAYS);
    for (int i = 0; i < count && !signals_fatal(); i++)
        operand_copy(t, &pairs[i]);
    operands_finish(t);
    progress_end(&t->progress);
}

static void release(struct tree *t)
{
    openings_close(&t->hand.openings);
    free(t->hand.buffer);
    headway_destroy(t->hand.headway);
    queue_destroy(t->hand.queue);
}

static void tell_total(const struct tree *t, bool failed)
{
    const struct tally *tally = t->hand.tally;
    struct total total = {.outcome = signals_fatal()                  ? OUTCOME_INTERRUPTED
                                     : failed                         ? OUTCOME_FAILED
                                     : t->hand.options->rules.dry_run ? OUTCOME_PLANNED
                                                                      : OUTCOME_COPIED,
                          .bytes = tally->bytes,
                          .seconds = clock_seconds() - t->hand.headway->start,
                          .jobs = tally->jobs};
    for (int i = 0; i < OUTCOME_COUNT; i++)
        total.outcomes[i] = tally->outcomes[i];
    for (int i = 0; i < KIND_COUNT; i++)
        total.kinds[i] = tally->kinds[i];
    report_total(&total);
}

/* Forced, a file that is copied onto itself with a backup becomes its own backup, as with cp. */
static bool is_own_backup(const struct options *o)
{
    struct stat st;
    return o->rules.force && o->rules.backup != BACKUP_NONE && o->operand_count == 2 &&
           strcmp(o->operands[0], o->operands[1]) == 0 && stat(o->operands[0], &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* Has it copied to its backup's name instead; if none can be had, copying it will tell. */
static void turn_into_backup(struct pair *pair, struct copy_rules *r)
{
    char *backup = backup_path(pair->src, r->backup, r->backup_suffix);
    if (!backup)
        return;
    free(pair->dst);
    pair->dst = backup;
    r->backup = BACKUP_NONE;
}

int tree_run(struct pair *pairs, int count, const struct options *options)
{
    struct tree *t = calloc(1, sizeof(*t));
    bool failed = true;
    if (t) {
        t->options = *options;
        if (count == 1 && is_own_backup(options))
            turn_into_backup(pairs, &t->options.rules);
    }
    if (t && prepare(t, pairs, count)) {
        copy_all(t, pairs, count);
        failed = t->hand.tally->failed || t->hand.queue->stopped;
        if (options->json && count > 0)
            tell_total(t, failed);
    } else {
        diag_print("cannot copy: out of memory");
    }
    if (t)
        release(t);
    free(t);
    return failed ? STATUS_FAILED : STATUS_COPIED;
}
