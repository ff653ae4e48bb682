/* SPDX-License-Identifier: MIT */
#include "copy/lack.h"
#include "base/arithmetic.h"

/* In the order in which attributes are given. */
static const struct {
    unsigned which;
    const char *format;
} sentences[] = {
    {ATTRIBUTE_OWNERSHIP, "failed to preserve ownership for %s"},
    {ATTRIBUTE_XATTR, "setting attributes for %s"},
    {ATTRIBUTE_MODE | ATTRIBUTE_ACL, "preserving permissions for %s"},
    {ATTRIBUTE_TIMESTAMPS, "preserving times for %s"},
};

/* Does cp's sentence say everything there is to say? */
static bool is_all(unsigned which, unsigned lacking)
{
    return which == lacking && which != ATTRIBUTE_ACL;
}

void lack_complain(const struct attributes_lack *lack, const char *path, struct complaint *why)
{
    char all[ATTRIBUTES_ROOM];
    size_t i = 0;
    while (i < COUNT_OF(sentences) - 1 && !(sentences[i].which & lack->which))
        i++;
    complaint_as_cp(why, lack->err, sentences[i].format, path);
    attributes_spell(lack->which, all);
    if (!is_all(lack->which & sentences[i].which, lack->which))
        complaint_add(why, " (it lacks %s)", all);
    complaint_add(why, " (the copy is complete)");
}
