/* SPDX-License-Identifier: MIT */
#include "copy/ending.h"
#include "copy/step.h"

#include <errno.h>

static bool is_checksum_file(const struct copy *c, const struct stat *st)
{
    return file_id_equal(*c->rules->checksum_file, file_id_of(st));
}

int step_spare_checksums(struct copy *c)
{
    if (!c->rules->checksum_file)
        return 0;
    bool source = is_checksum_file(c, &c->src.st);
    if (!source && !(c->dst.exists && is_checksum_file(c, &c->dst.st)))
        return 0;
    return complaint_make(&c->why, EBUSY, source ? c->src.path : c->dst.path, "cannot copy",
                          "the checksums are being written to it (--digest)");
}

int step_prepare_checksum(struct copy *c)
{
    enum checksum_kind kind = c->rules->wishes.checksum;
    if (kind == CHECKSUM_NONE)
        return 0;
    c->follower = (struct follower){.fd = c->src.fd,
                                    .size = c->plan.size,
                                    .kind = kind,
                                    .extents = &c->extents,
                                    .drop = c->plan.drop_src};
    int rc = follower_prepare(&c->follower);
    return rc < 0 ? step_fail(c, rc, c->src.path, "cannot make its checksum") : 0;
}

static void tick(void *arg)
{
    struct copy *c = arg;
    c->observer->tick(c->observer->arg, follower_done(&c->follower), c->plan.size);
}

/* Before the source is checked: one that hasn't changed till then has this checksum. */
int step_finish_checksum(struct copy *c)
{
    struct follower *f = &c->follower;
    if (!f->report)
        return 0;
    if (c->plan.size >= 0)
        c->observer->phase(c->observer->arg, "hashing");
    struct ending ending =
        follower_finish(f, (struct ticker){.tick = tick, .arg = c}, &c->result->checksum);
    return ending.kind == ENDED_WELL ? 0 : ending_complain(&ending, &c->src, c->dst.path, &c->why);
}
