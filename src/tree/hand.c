/* SPDX-License-Identifier: MIT */
#include "tree/hand.h"
#include "base/diag.h"
#include "base/io.h"
#include "copy/partners.h"
#include "tree/current.h"

#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what it has --- */

/* How many directories may be open, where only few files may be. */
static size_t openings_affordable(void)
{
    enum { OTHERS = 14, LEAST = 4 }; /* descriptors; directories */
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= OTHERS + 2 * OPENED_MOST)
        return OPENED_MOST;
    return limit.rlim_cur < OTHERS + 2 * LEAST ? LEAST : (limit.rlim_cur - OTHERS) / 2;
}

bool hand_init(struct hand *h, const struct options *options, const char *src, unsigned count,
               const char *dst)
{
    h->options = options;
    h->alone = true;
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
    h->headway = headway_create(src, count, dst);
    h->buffer = malloc(HAND_BUFFER);
    return h->tally && h->twins && h->headway && h->buffer;
}

void hand_release(struct hand *h)
{
    openings_close(&h->openings);
    free(h->buffer);
    headway_destroy(h->headway);
    queue_destroy(h->queue);
}

bool hand_has_partners(const struct hand *h)
{
    const struct partners *p = h->options->rules.partners;
    return p && p->nodes > 1;
}

/* --- what is said --- */

/* Several sentences are lines of one text. */
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

void hand_print(struct hand *h, int stream, const char *line, size_t len)
{
    struct tally *tally = h->tally;
    size_t written;
    if (h->progress)
        progress_end(h->progress);
    int rc = io_write_full(stream == HAND_OUT ? STDOUT_FILENO : STDERR_FILENO, line, len, &written);
    if (rc < 0 && stream == HAND_OUT && rc != -EINTR && !tally->mute) {
        tally->mute = tally->failed = true;
        diag_error(-rc, "write error");
        __fpurge(stdout); /* it would say so once more in the end */
        clearerr(stdout);
    }
}

/* --- what is done --- */

void hand_find(struct hand *h, long long entries, off_t bytes)
{
    h->headway->found += entries;
    h->headway->size += bytes;
}

/* A process that is killed in between has reported what wasn't counted, rather than counted what
 * nobody was told. */
void hand_conclude(struct hand *h, enum kind kind, const char *src, const char *dst,
                   struct copy_result *result, struct rest rest)
{
    result->error = h->said;
    if (h->options->json)
        objects_put_entry(kind, src, dst, result);
    result->error = NULL;
    free(h->said);
    h->said = NULL;
    h->failing = false;
    h->tally->kinds[kind]++;
    h->tally->outcomes[result->outcome]++;
    h->tally->bytes += result->bytes;
    h->tally->kept += result->kept;
    h->tally->skipped += result->outcome == OUTCOME_SKIPPED ? rest.done : 0;
    h->headway->unmoved += rest.unmoved;
    h->headway->bytes += rest.done;
    h->headway->entries++;
    hand_show(h);
}

void hand_count(struct hand *h)
{
    const struct headway *way = h->headway;
    h->progress->count =
        (struct progress_count){way->entries, way->found, "entries", way->unfinished > 0};
    progress_leave_out(h->progress, way->unmoved);
    progress_note(h->progress, way->bytes, way->size);
}

void hand_flush(struct hand *h, bool begins)
{
    if (h->doing)
        h->doing->flushing = begins;
    if (!h->progress)
        return;
    hand_count(h);
    progress_enter_within(h->progress, begins ? "flushing" : NULL);
}

void hand_show(struct hand *h)
{
    struct progress *p = h->progress;
    const struct headway *way = h->headway;
    if (!p || !progress_is_due(p))
        return;
    hand_count(h);
    progress_name(p, current_path(h));
    if (h->others)
        p->phase = current_is_flushing(h) ? "flushing" : NULL;
    progress_update(p, way->bytes, way->size);
}
