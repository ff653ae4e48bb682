/* SPDX-License-Identifier: MIT */
#include "tree/hand.h"
#include "base/diag.h"

#include <stdio.h>
#include <stdlib.h>

/* --- what is said --- */

/* Several are lines of one text. */
static void keep(struct hand *h, const char *sentence)
{
    char *all;
    if (!h->options->json ||
        asprintf(&all, "%s%s%s", h->said ? h->said : "", h->said ? "\n" : "", sentence) < 0)
        return;
    free(h->said);
    h->said = all;
}

void hand_note(struct hand *h, const char *sentence)
{
    keep(h, sentence);
    h->tally->failed = true;
}

void hand_lack(struct hand *h, const char *sentence)
{
    if (h->progress)
        progress_end(h->progress);
    diag_print("%s", sentence);
    hand_note(h, sentence);
}

void hand_fail(struct hand *h, int err, const char *format, ...)
{
    va_list names;
    va_start(names, format);
    char *sentence = diag_sentence(err, format, names);
    va_end(names);
    hand_lack(h, sentence ? sentence : format);
    h->failing = true;
    free(sentence);
}

bool hand_fail_folder(struct hand *h, const struct folder *f, int err, const char *format)
{
    char *path = folder_path(f, TREE_DESTINATION, NULL);
    hand_fail(h, err, format, path ? path : f->dst_name);
    free(path);
    return false;
}

/* --- what is done --- */

void hand_find(struct hand *h, long long entries, off_t bytes)
{
    h->headway->found += entries;
    h->headway->size += bytes;
}

/* Who is killed in between has told what wasn't counted, rather than counted what nobody was told.
 */
void hand_conclude(struct hand *h, enum kind kind, const char *src, const char *dst,
                   struct copy_result *result, off_t rest)
{
    result->error = h->said;
    if (h->options->json)
        report_json(kind, src, dst, result);
    result->error = NULL;
    free(h->said);
    h->said = NULL;
    h->failing = false;
    h->tally->kinds[kind]++;
    h->tally->outcomes[result->outcome]++;
    h->tally->bytes += result->bytes;
    h->headway->bytes += rest;
    h->headway->entries++;
    hand_show(h);
}

void hand_show(struct hand *h)
{
    struct progress *p = h->progress;
    const struct headway *way = h->headway;
    if (!p || !progress_is_due(p))
        return;
    p->tree = (struct progress_tree){way->entries, way->found, way->unfinished > 0};
    progress_update(p, way->bytes, way->size);
}
