/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"

#include <errno.h>
#include <string.h>

const struct engine *const engines[] = {&engine_mmap, &engine_read_write, NULL};

const struct engine *engine_find(const char *name)
{
    for (const struct engine *const *e = engines; *e; e++)
        if (strcmp((*e)->name, name) == 0)
            return *e;
    return NULL;
}

/* Errors that say "not this way" rather than "this file is broken". ENOMEM: no address space left.
 */
static bool is_unsupported(int err)
{
    static const int unsupported[] = {EOPNOTSUPP, ENOSYS, ENODEV, EINVAL, EACCES, EPERM, ENOMEM};
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++)
        if (unsupported[i] == err)
            return true;
    return false;
}

static const struct engine *fallback_of(const struct engine *engine)
{
    for (const struct engine *const *e = engines; *e; e++)
        if (*e == engine)
            return e[1];
    return NULL;
}

int engine_prepare(struct transfer *t, bool only)
{
    for (;;) {
        int rc = t->engine->prepare(t);
        const struct engine *next = only ? NULL : fallback_of(t->engine);
        if (rc == 0 || !next || !is_unsupported(-rc))
            return rc;
        t->engine->release(t);
        t->engine = next;
    }
}

void engine_release(struct transfer *t)
{
    if (t->engine)
        t->engine->release(t);
}

ssize_t engine_fail(struct transfer *t, enum side side, off_t off, int err)
{
    t->failure = (struct failure){.err = err, .side = side, .off = off};
    return -err;
}
