/* SPDX-License-Identifier: MIT */
#include "subject.h"
#include "base/size.h"
#include "coldness.h"
#include "inside.h"
#include "source.h"

#include <errno.h>

bool subject_is_tree(const struct subject *subject)
{
    return subject->size == 0;
}

const char *subject_name(const struct subject *subject, char buf[SUBJECT_NAME])
{
    char size[SIZE_TEXT];
    if (subject->path)
        snprintf(buf, SUBJECT_NAME, "%.*s", SUBJECT_NAME - 1, subject->path);
    else if (!subject_is_tree(subject))
        snprintf(buf, SUBJECT_NAME, "%s", size_format(subject->size, size));
    else if (subject->scale == 1)
        snprintf(buf, SUBJECT_NAME, "%s", subject->recipe->name);
    else
        snprintf(buf, SUBJECT_NAME, "%s x %g", subject->recipe->name, subject->scale);
    return buf;
}

const char *subject_source(const struct subject *subject, const struct workspace *workspace)
{
    return subject->path ? subject->path : workspace->src;
}

static int prepare_file(const struct subject *subject, const struct workspace *workspace,
                        struct census *census, struct trouble *trouble)
{
    *census = (struct census){.files = 1, .bytes = subject->size};
    if (subject->path)
        return workspace_require(workspace, subject->size, trouble);
    int err = workspace_require(workspace, 2 * subject->size, trouble);
    return err ? err : source_create(workspace->src, subject->size, trouble);
}

static int prepare_made(const struct subject *subject, const struct workspace *workspace,
                        struct census *census, struct trouble *trouble)
{
    struct recipe recipe = recipe_scale(subject->recipe, subject->scale);
    int err = workspace_require(workspace, 2 * recipe_room(&recipe), trouble);
    if (!err)
        err = recipe_make(&recipe, workspace->src, trouble);
    if (!err)
        err = tree_settle(workspace->dir, trouble);
    return err ? err : tree_count(workspace->src, census, trouble);
}

static int prepare_tree(const struct subject *subject, const struct workspace *workspace,
                        struct census *census, struct trouble *trouble)
{
    const uint64_t block = 4096; /* each entry may waste one of them */
    if (is_inside(workspace->dir, subject->path))
        return trouble_say(trouble, EINVAL, "%s: copies can't be made inside of it (see -d)",
                           subject->path);
    int err = tree_count(subject->path, census, trouble);
    uint64_t entries = census->files + census->directories + census->others;
    return err ? err : workspace_require(workspace, census->bytes + entries * block, trouble);
}

int subject_prepare(const struct subject *subject, const struct workspace *workspace,
                    struct census *census, struct trouble *trouble)
{
    if (!subject_is_tree(subject))
        return prepare_file(subject, workspace, census, trouble);
    if (subject->path)
        return prepare_tree(subject, workspace, census, trouble);
    return prepare_made(subject, workspace, census, trouble);
}

int subject_warm(const struct subject *subject, const struct workspace *workspace,
                 struct trouble *trouble)
{
    const char *source = subject_source(subject, workspace);
    return subject_is_tree(subject) ? tree_warm(source, trouble) : source_warm(source, trouble);
}

int subject_evict(const struct subject *subject, const struct workspace *workspace, bool everything,
                  uint64_t *resident, struct trouble *trouble)
{
    const char *source = subject_source(subject, workspace);
    *resident = 0;
    if (everything)
        return coldness_make(trouble);
    if (subject_is_tree(subject))
        return tree_evict(source, resident, trouble);
    return source_evict(source, resident, trouble);
}

int subject_compare(const struct subject *subject, const struct workspace *workspace,
                    const struct census *census, const char *method, bool whole,
                    struct shortfall *shortfall, struct trouble *trouble)
{
    const char *source = subject_source(subject, workspace);
    if (!subject_is_tree(subject))
        return source_compare(source, workspace->dst, method, trouble);
    int err = tree_check_census(workspace->dst, census, method, trouble);
    if (!err && whole)
        err = tree_compare(source, workspace->dst, method, shortfall, trouble);
    return err;
}
