/* SPDX-License-Identifier: MIT */
#include "copy/lack.h"
#include "support.h"

#include <errno.h>

static void assert_said(unsigned which, const char *expected)
{
    const struct attributes_lack lack = {.which = which, .err = EPERM};
    struct complaint why;
    lack_complain(&lack, "it's", &why);
    char *sentence = complaint_sentence(&why);
    cr_assert_str_eq(sentence, expected, "%s", sentence);
    free(sentence);
}

Test(lack, cp_has_a_sentence_for_each)
{
    static const struct {
        unsigned which;
        const char *said;
    } cases[] = {
        {ATTRIBUTE_OWNERSHIP, "failed to preserve ownership for \"it's\": Operation not permitted"
                              " (the copy is complete)"},
        {ATTRIBUTE_XATTR, "setting attributes for \"it's\": Operation not permitted"
                          " (the copy is complete)"},
        {ATTRIBUTE_MODE, "preserving permissions for \"it's\": Operation not permitted"
                         " (the copy is complete)"},
        {ATTRIBUTE_MODE | ATTRIBUTE_ACL,
         "preserving permissions for \"it's\": Operation not permitted (the copy is complete)"},
        {ATTRIBUTE_TIMESTAMPS, "preserving times for \"it's\": Operation not permitted"
                               " (the copy is complete)"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_said(cases[i].which, cases[i].said);
}

Test(lack, what_else_there_is_follows)
{
    assert_said(ATTRIBUTE_ACL, "preserving permissions for \"it's\": Operation not permitted"
                               " (it lacks the ACL) (the copy is complete)");
    assert_said(ATTRIBUTE_TIMESTAMPS | ATTRIBUTE_OWNERSHIP,
                "failed to preserve ownership for \"it's\": Operation not permitted"
                " (it lacks the owner and the times) (the copy is complete)");
}
