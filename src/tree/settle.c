/* SPDX-License-Identifier: MIT */
#include "tree/settle.h"
#include "base/io.h"
#include "base/signals.h"
#include "base/xattr.h"
#include "copy/acl.h"
#include "tree/errand.h"
#include "tree/nest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- attributes --- */

static void tell_lack(struct hand *h, const struct folder *f, const struct attributes_lack *lack)
{
    if (!lack->which)
        return;
    char what[ATTRIBUTES_ROOM], *path = folder_path(f, TREE_DESTINATION, NULL);
    struct complaint why;
    attributes_spell(lack->which, what);
    complaint_make_errno(&why, lack->err, path ? path : f->dst_name, "cannot preserve %s", what);
    char *sentence = complaint_sentence(&why);
    hand_lack(h, sentence ? sentence : what);
    free(sentence);
    free(path);
}

static int give_attributes(struct hand *h, struct folder *f, int src, int dst)
{
    const struct copy_rules *r = &h->options->rules;
    struct stat st = f->src;
    if (!(st.st_mode & 07000)) /* then cp keeps those that it has */
        st.st_mode |= f->special;
    struct attributes a = {.src = src,
                           .src_st = &st,
                           .which = r->preserve & ~(unsigned)ATTRIBUTE_LINKS,
                           .mode = f->made ? (int)f->mode : -1};
    struct attributes_lack lack = {0};
    struct attributes_birth birth = {.plain = f->made && f->plain, .uid = h->uid, .gid = f->gid};
    bool inherits = r->preserve & ATTRIBUTE_MODE && !(birth.plain && xattr_list(src, NULL, 0) == 0);
    int rc = inherits ? acl_carry_default(src, dst) : 0;
    if (!rc && (a.which || a.mode >= 0))
        rc = attributes_give_new(&a, dst, &birth, &lack);
    tell_lack(h, f, &lack);
    return rc;
}

/* A directory that may not be read, though it is ours, has to become readable before it can be
 * given anything. *mode is what it had before. */
static int open_readable(int fd, mode_t *mode)
{
    char path[32];
    struct stat st = {0};
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (fstat(fd, &st) == 0)
        (void)!chmod(path, st.st_mode | S_IRWXU);
    *mode = st.st_mode & 07777;
    return openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int finish_open(struct hand *h, struct folder *f, const struct opened *o)
{
    mode_t mode;
    int fd = o->fds[TREE_DESTINATION];
    if (!(fcntl(fd, F_GETFL) & O_PATH))
        return give_attributes(h, f, o->fds[TREE_SOURCE], fd);
    fd = open_readable(fd, &mode);
    int rc = fd < 0 ? -errno : give_attributes(h, f, o->fds[TREE_SOURCE], fd);
    bool keeps_mode = !f->made && !(h->options->rules.preserve & ATTRIBUTE_MODE);
    if (fd >= 0 && keeps_mode && fchmod(fd, mode) < 0)
        rc = -errno;
    io_close(&fd);
    return rc;
}

static bool changes_anything(const struct hand *h, const struct folder *f)
{
    return (f->made && !f->dry && !f->has_mode) ||
           (!f->passed && h->options->rules.preserve & ~(unsigned)ATTRIBUTE_LINKS);
}

static void finish(struct hand *h, struct folder *f)
{
    bool dry = h->options->rules.dry_run;
    if (!f->parent || dry || !changes_anything(h, f))
        return;
    struct opened *o = opening_take(&h->openings, f);
    int rc = o ? finish_open(h, f, o) : -errno;
    if (rc < 0)
        hand_fail_folder(h, f, -rc, "cannot set the attributes of %s");
    if (o)
        opening_release(o);
}

/* The whole tree has waited for its name. With --atomic it isn't given one if anything is lacking,
 * nor, whatever the options, if it was interrupted: nobody wants half of it then. */
static void conclude_nest(struct hand *h, struct folder *f)
{
    bool lacks = h->options->atomic && h->tally->failed;
    bool wanted = !lacks && !h->tally->interrupted && !h->queue->broken;
    if (lacks)
        hand_fail_folder(h, f, 0, "not creating directory %s, as not everything could be copied");
    if (!wanted || !nest_give_name(h, f))
        nest_discard(h, f);
}

static void note_ending(struct hand *h, struct folder *f)
{
    if (h->doing)
        h->doing->ending = f;
}

/* --- what is reported of it --- */

void settle_note(struct hand *h, struct folder *f)
{
    f->failed |= h->failing;
    if (h->said)
        folder_say(h->queue, f, h->said);
    free(h->said);
    h->said = NULL;
    h->failing = false;
}

static enum outcome outcome_of(const struct hand *h, const struct folder *f)
{
    return h->tally->interrupted  ? OUTCOME_INTERRUPTED
           : f->failed || f->gone ? OUTCOME_FAILED
           : f->dry               ? OUTCOME_PLANNED
                                  : OUTCOME_COPIED;
}

/* One that --parents has only passed through doesn't count as copied. */
static bool is_passed(const struct folder *f)
{
    return f->outside && !f->made && !f->failed && !f->said;
}

/* Its line comes after all those about what is in it. */
static void conclude(struct hand *h, struct folder *f)
{
    settle_note(h, f);
    if (is_passed(f)) {
        h->headway->entries++;
        return;
    }
    bool told = h->options->json;
    char *src = told ? folder_path(f, TREE_SOURCE, NULL) : NULL,
         *dst = told ? folder_path(f, TREE_DESTINATION, NULL) : NULL;
    struct copy_result result = {.outcome = outcome_of(h, f)};
    h->said = f->said ? strdup(f->said) : NULL;
    hand_conclude(h, KIND_DIRECTORY, src ? src : f->name, dst ? dst : f->dst_name, &result,
                  (struct rest){0});
    free(src);
    free(dst);
}

/* Returns its parent, in which one thing less is pending. */
static struct folder *end(struct hand *h, struct folder *f)
{
    struct folder *parent = f->parent;
    note_ending(h, f);
    if (!f->gone)
        finish(h, f);
    if (f->nest)
        conclude_nest(h, f);
    if (parent)
        conclude(h, f);
    if (parent && parent->parent) { /* while what is open below it leads to it */
        struct opened *o = opening_take(&h->openings, parent);
        if (o)
            opening_release(o);
    }
    folder_destroy(h->queue, f);
    note_ending(h, NULL);
    return parent;
}

/* The node that has begun it ends it. */
static struct folder *leave(struct hand *h, struct folder *f)
{
    struct folder *parent = f->parent;
    note_ending(h, f);
    if (f->errand)
        errand_end(h->queue, f);
    folder_destroy(h->queue, f);
    note_ending(h, NULL);
    return parent;
}

void settle(struct hand *h, struct folder *f)
{
    if (signals_fatal()) /* that may be why something isn't done */
        h->tally->interrupted = true;
    while (f && folder_settle(h->queue, f))
        f = f->foreign ? leave(h, f) : end(h, f);
}

void settle_ended(struct hand *h, struct folder *f)
{
    settle(h, f->foreign ? leave(h, f) : end(h, f));
}
