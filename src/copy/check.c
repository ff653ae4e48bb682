/* SPDX-License-Identifier: MIT */
#include "base/cache.h"
#include "base/complaint.h"
#include "base/io.h"
#include "base/signals.h"
#include "copy/ending.h"
#include "copy/step.h"
#include "move/verify.h"

#include <errno.h>
#include <string.h>

enum { FLUSH_STEP = 64 << 20 }; /* bytes */

/* --- the source --- */

/* Looks at what has the source's name now; if there is nothing, *named stays as it is. */
static int look_at_name(const struct location *at, struct stat *named)
{
    int flags = at->no_follow ? AT_SYMLINK_NOFOLLOW : 0;
    return fstatat(at->dir_fd, at->name, named, flags) == 0 || errno == ENOENT || errno == ENOTDIR
               ? 0
               : -errno;
}

/* What has happened to the source since `then`; NULL: nothing. */
static const char *change_of(const struct stat *named, const struct stat *then,
                             const struct stat *now)
{
    if (named->st_mode == 0)
        return "it was removed or renamed";
    if (!io_same_file(named, then))
        return "it was replaced by another file";
    return inspect_change(then, now);
}

/* A source that shrank within its last page causes no error in a mapping, which reads zeros
 * there. */
int step_check_source(struct copy *c)
{
    struct stat now, named = {0};
    bool matters = !c->rules->allow_changes;
    if (c->plan.size < 0 || !S_ISREG(c->src.st.st_mode))
        return 0;
    int rc = fstat(c->src.fd, &now) < 0 ? -errno : 0;
    if (!rc && matters)
        rc = look_at_name(&c->src.at, &named);
    if (rc < 0)
        return complaint_as_cp(&c->why, -rc, "cannot stat %s", c->src.path);
    const char *change = NULL;
    if (now.st_size < c->plan.size)
        ending_complain_short(&c->src, now.st_size, &c->why);
    else if (matters && (change = change_of(&named, &c->src.st, &now)))
        complaint_make(&c->why, ESTALE, c->src.path, "cannot copy",
                       "%s while being copied (--allow-changes copies it anyway)", change);
    else
        return 0;
    step_forget(c);
    return -ESTALE;
}

/* --- the copy --- */

/* Only now is a stream known to be one run of data. */
static int find_data(struct copy *c, off_t size)
{
    if (c->plan.size >= 0)
        return 0;
    extents_release(&c->extents);
    return extents_whole(size, &c->extents);
}

/* Only data counts: a file may have more holes than could be gone through in days. */
static int flush(struct copy *c)
{
    off_t size = c->extents.bytes;
    struct chunk chunk;
    int rc = 0;
    share_begin(c->share, PHASE_FLUSHING, size, c->plan.page);
    for (off_t off = 0; !rc && off < size; off += (off_t)chunk.len) {
        chunk = extents_at(&c->extents, off, FLUSH_STEP);
        c->share->slots[0].done = off;
        c->observer->tick(c->observer->arg, off, size);
        rc = signals_fatal() ? -EINTR : cache_write_back(c->stage.fd, chunk);
    }
    return rc;
}

/* fsync, after the attributes, makes sure; this shows how far that has got. */
int step_flush(struct copy *c)
{
    struct stat st;
    if (!c->rules->wishes.sync || fstat(c->stage.fd, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    int rc = find_data(c, c->result->bytes);
    if (rc < 0)
        return step_fail(c, rc, c->dst.path, "cannot flush");
    c->observer->phase(c->observer->arg, "flushing");
    rc = flush(c);
    return rc < 0 && rc != -EINTR ? step_fail_disk(c, rc) : rc;
}

static struct ending read_back(struct copy *c, struct verifier *v)
{
    struct work work = verify_work(v, c->plan.chunk_len);
    c->observer->phase(c->observer->arg, "verifying");
    work.grants = c->grants;
    struct ending ending = step_run(c, &work, PHASE_VERIFYING, c->plan.jobs, c->extents.bytes);
    bool holes = ending.kind == ENDED_WELL && !c->joins;
    if (holes && verify_holes(v, c->plan.page) < 0)
        ending = (struct ending){.kind = signals_fatal() ? ENDED_INTERRUPTED : ENDED_FAILED,
                                 .failure = v->failure};
    return ending;
}

static int verify(struct copy *c, off_t size)
{
    struct verifier v;
    struct ending ending = {.kind = ENDED_WELL};
    int rc = verify_prepare(&v, c->stage.fd, size, &c->extents, c->records);
    if (!rc)
        ending = read_back(c, &v);
    verify_release(&v);
    if (rc < 0)
        return step_fail(c, rc, c->dst.path, "cannot read it back");
    if (ending.kind == ENDED_FAILED && ending.failure.err == EBADMSG)
        step_forget(c);
    return ending.kind == ENDED_WELL ? 0 : ending_complain(&ending, &c->src, c->dst.path, &c->why);
}

/* Where several nodes have copied, none reads back what it has copied itself. */
static int verify_all(struct copy *c, off_t size)
{
    int rc = step_announce_verifying(c);
    if (!rc)
        rc = verify(c, size);
    if (!rc)
        rc = step_part(c, 0);
    c->result->verified = rc == 0;
    return rc;
}

int step_verify_part(struct copy *c)
{
    int rc = step_create_share(c);
    if (rc < 0)
        return rc;
    strcpy(c->share->engines[0], "direct-read"); /* for --status: this is how it is read */
    return verify(c, c->plan.size);
}

int step_verify(struct copy *c)
{
    off_t size = c->plan.size < 0 ? c->result->bytes : c->plan.size;
    if (!c->rules->wishes.verify)
        return 0;
    c->result->verified = size == 0; /* there is nothing that could be wrong */
    if (size == 0)
        return 0;
    int rc = stage_sync(&c->stage);
    if (rc < 0)
        return step_fail_disk(c, rc);
    rc = find_data(c, size);
    return rc < 0 ? step_fail(c, rc, c->dst.path, "cannot verify") : verify_all(c, size);
}
