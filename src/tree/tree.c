/* SPDX-License-Identifier: MIT */
#include "tree/tree.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/signals.h"
#include "cli/checksums.h"
#include "cli/objects.h"
#include "cli/summary.h"
#include "tree/backup.h"
#include "tree/operand.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool tree_is_asked_for(const struct options *o)
{
    const struct copy_rules *r = &o->rules;
    return o->recursive || o->follow != FOLLOW_UNSAID || o->parents || o->copy_contents ||
           o->atomic || r->product != PRODUCT_COPY || r->backup != BACKUP_NONE ||
           r->remove_destination || r->attributes_only || r->preserve & ATTRIBUTE_LINKS;
}

/* Including what --status shows: where everything goes, and how far it is. */
static bool prepare(struct tree *t, const struct pair *pairs, int count)
{
    const struct options *o = &t->options;
    const char *directory =
        o->target_directory ? o->target_directory : o->operands[o->operand_count - 1];
    const char *to = count == 1 && pairs->dst ? pairs->dst : directory;
    t->hand.doing = &t->doing;
    return hand_init(&t->hand, o, count > 0 ? pairs->src : "", (unsigned)count, to);
}

/* Of each file what was copied, or all of it if it was skipped. */
static void conclude(struct tree *t)
{
    const struct tally *tally = t->hand.tally;
    hand_count(&t->hand);
    progress_conclude(t->hand.progress, tally->bytes + tally->skipped, t->hand.headway->size,
                      tally->kept + tally->skipped);
    progress_name(t->hand.progress, NULL);
    progress_end(t->hand.progress);
}

static void copy_all(struct tree *t, struct pair *pairs, int count)
{
    const struct options *o = t->hand.options;
    for (int i = 0; i < count; i++) /* before any of them makes something */
        pairs[i].way_exists = o->parents && pairs[i].dst && operand_has_parents(&pairs[i]);
    for (int i = 0; i < count && !signals_fatal(); i++)
        operand_copy(t, &pairs[i]);
    operands_finish(t);
    conclude(t);
}

static void tell_total(const struct tree *t, bool failed)
{
    const struct options *o = t->hand.options;
    const struct tally *tally = t->hand.tally;
    struct total total = {.outcome = signals_fatal()    ? OUTCOME_INTERRUPTED
                                     : failed           ? OUTCOME_FAILED
                                     : o->rules.dry_run ? OUTCOME_PLANNED
                                                        : OUTCOME_COPIED,
                          .bytes = tally->bytes,
                          .kept = tally->kept,
                          .seconds = clock_seconds() - t->hand.headway->start,
                          .jobs = tally->jobs};
    for (int i = 0; i < OUTCOME_COUNT; i++)
        total.outcomes[i] = tally->outcomes[i];
    for (int i = 0; i < KIND_COUNT; i++)
        total.kinds[i] = tally->kinds[i];
    if (o->json)
        objects_put_total(&total);
    if (o->verbose)
        summary_print(&total);
}

/* With --force, a file that is copied onto itself with a backup becomes its own backup, as with
 * cp. */
static bool is_own_backup(const struct options *o)
{
    struct stat st;
    return o->rules.force && o->rules.backup != BACKUP_NONE && o->operand_count == 2 &&
           strcmp(o->operands[0], o->operands[1]) == 0 && stat(o->operands[0], &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* Has it copied to its backup's name instead; if there can't be one, copying it will report
 * that. */
static void turn_into_backup(struct pair *pair, struct copy_rules *r)
{
    char *backup = backup_path(pair->src, r->backup, r->backup_suffix);
    if (!backup)
        return;
    free(pair->dst);
    pair->dst = backup;
    r->backup = BACKUP_NONE;
}

int tree_run(struct pair *pairs, int count, const struct options *options, struct progress *line)
{
    struct tree *t = calloc(1, sizeof(*t));
    bool failed = true;
    if (t) {
        t->options = *options;
        t->hand.progress = line;
        if (count == 1 && is_own_backup(options))
            turn_into_backup(pairs, &t->options.rules);
    }
    if (t && prepare(t, pairs, count)) {
        copy_all(t, pairs, count);
        failed = t->hand.tally->failed || t->hand.queue->stopped ||
                 (options->checksums && checksums_failed(options->checksums));
        if (count > 0)
            tell_total(t, failed);
    } else {
        diag_print("cannot copy: out of memory");
    }
    if (t)
        hand_release(&t->hand);
    free(t);
    return failed ? STATUS_FAILED : STATUS_COPIED;
}
