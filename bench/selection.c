/* SPDX-License-Identifier: MIT */
#include "selection.h"
#include "base/arithmetic.h"
#include "base/size.h"
#include "items.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SCALE_MAX = 1000 };

static const double scale_quick = 0.02;

/* Where the result goes. */
struct taking {
    struct settings *settings;
    double scale; /* of trees that are made */
};

static int add_subject(struct settings *settings, const struct subject *subject,
                       struct trouble *trouble)
{
    if (settings->subject_count == SETTINGS_SUBJECTS)
        return trouble_say(trouble, EINVAL, "there is no room for more than %d files or trees",
                           SETTINGS_SUBJECTS);
    settings->subjects[settings->subject_count++] = *subject;
    return 0;
}

static int take_size(const char *item, void *argument, struct trouble *trouble)
{
    const struct taking *taking = argument;
    uint64_t bytes;
    if (size_parse(item, &bytes) < 0 || bytes == 0)
        return trouble_say(trouble, EINVAL, "--size: \"%s\" is no size of a file to copy", item);
    return add_subject(taking->settings, &(struct subject){.size = bytes}, trouble);
}

static int take_scale(const struct selection *selection, double *scale, struct trouble *trouble)
{
    char *end;
    *scale = selection->quick ? scale_quick : 1;
    if (!selection->scale)
        return 0;
    *scale = strtod(selection->scale, &end);
    if (*end != '\0' || end == selection->scale || !(*scale > 0 && *scale <= SCALE_MAX))
        return trouble_say(trouble, EINVAL, "--scale: \"%s\" is no number above 0 and up to %d",
                           selection->scale, SCALE_MAX);
    return 0;
}

/* The path is valid as long as the program runs. */
static int add_there(struct settings *settings, const char *name, uint64_t size,
                     struct trouble *trouble)
{
    const char *path = realpath(name, NULL);
    if (!path)
        return trouble_note(trouble, errno, name);
    return add_subject(settings, &(struct subject){.path = path, .size = size}, trouble);
}

/* A directory is distinguished from a recipe by a slash, if need be. */
static int take_tree(const char *item, void *argument, struct trouble *trouble)
{
    const struct taking *taking = argument;
    const struct subject made = {.recipe = recipe_find(item), .scale = taking->scale};
    char names[RECIPE_NAMES];
    struct stat st;
    if (made.recipe)
        return add_subject(taking->settings, &made, trouble);
    if (stat(item, &st) < 0 || !S_ISDIR(st.st_mode))
        return trouble_say(trouble, EINVAL, "--tree: \"%s\" is neither a directory nor one of %s",
                           item, recipe_names(names));
    return add_there(taking->settings, item, 0, trouble);
}

static int take_sizes(const struct selection *selection, struct taking *taking,
                      struct trouble *trouble)
{
    char size_default[] = "1G", size_quick[] = "64M";
    char *sizes = selection->sizes   ? selection->sizes
                  : selection->quick ? size_quick
                                     : size_default;
    return items_each(sizes, take_size, taking, trouble);
}

static int take_trees(const struct selection *selection, struct taking *taking,
                      struct trouble *trouble)
{
    int err = take_scale(selection, &taking->scale, trouble);
    if (err || selection->trees)
        return err ? err : items_each(selection->trees, take_tree, taking, trouble);
    for (const struct recipe *r = recipes; r->name && !err; r++)
        err = take_tree(r->name, taking, trouble);
    return err;
}

static int take_operand(const char *operand, struct taking *taking, struct trouble *trouble)
{
    struct settings *settings = taking->settings;
    struct stat st;
    if (stat(operand, &st) < 0)
        return trouble_note(trouble, errno, operand);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return trouble_say(trouble, EINVAL, "%s: is neither a file nor a directory", operand);
    if (S_ISREG(st.st_mode) && st.st_size == 0)
        return trouble_say(trouble, EINVAL, "%s: there is nothing in it to copy", operand);
    bool tree = S_ISDIR(st.st_mode);
    if (settings->subject_count > 0 && tree != settings->tree)
        return trouble_say(trouble, EINVAL, "%s: files and directories can't be copied in one run",
                           operand);
    settings->tree = tree;
    return add_there(settings, operand, tree ? 0 : (uint64_t)st.st_size, trouble);
}

static int take_operands(const struct selection *selection, struct taking *taking,
                         struct trouble *trouble)
{
    int err = 0;
    if (selection->sizes || selection->tree)
        return trouble_say(trouble, EINVAL,
                           "%s: --size and --tree are for what is made, not for what is there",
                           selection->operands[0]);
    for (const char **o = selection->operands; *o && !err; o++)
        err = take_operand(*o, taking, trouble);
    return err;
}

int selection_take(const struct selection *selection, struct settings *settings,
                   struct trouble *trouble)
{
    struct taking taking = {.settings = settings};
    settings->tree = selection->tree;
    int err = selection->operands ? take_operands(selection, &taking, trouble)
              : selection->tree   ? take_trees(selection, &taking, trouble)
                                  : take_sizes(selection, &taking, trouble);
    if (!err && settings->subject_count == 0)
        err = trouble_say(trouble, EINVAL, "%s: the list is empty",
                          selection->tree ? "--tree" : "--size");
    return err;
}
