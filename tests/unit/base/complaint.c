/* SPDX-License-Identifier: MIT */
#include "base/complaint.h"
#include "base/diag.h"
#include "support.h"

#include <errno.h>

static void assert_sentence(const struct complaint *c, const char *expected)
{
    char *sentence = complaint_sentence(c);
    cr_assert_str_eq(sentence, expected);
    free(sentence);
}

Test(complaint, a_sentence_has_path_what_and_why)
{
    struct complaint c;
    cr_assert_eq(complaint_make_errno(&c, ENOENT, "a b", "cannot open %s", "it"), -ENOENT);
    assert_sentence(&c, "'a b': cannot open it: No such file or directory");
    cr_assert_eq(complaint_make(&c, EIO, "a", "cannot", "%d reasons", 2), -EIO);
    complaint_add(&c, ", or 3");
    assert_sentence(&c, "a: cannot: 2 reasons, or 3");
}

Test(complaint, what_cp_has_a_sentence_for_is_said_as_cp_does)
{
    struct complaint c;
    cr_assert_eq(complaint_as_cp(&c, EACCES, "cannot open %s for reading", "it's"), -EACCES);
    assert_sentence(&c, "cannot open \"it's\" for reading: Permission denied");
    complaint_as_cp(&c, EXDEV, "failed to clone %s from %s", "a\nb", "c d");
    complaint_add(&c, " (%d bytes)", 3);
    assert_sentence(&c, "failed to clone 'a'$'\\n''b' from 'c d': Invalid cross-device link "
                        "(3 bytes)");
    cr_assert_eq(complaint_as_cp_alone(&c, EINVAL, "%s and %s are the same file", "a", "%s"),
                 -EINVAL);
    assert_sentence(&c, "'a' and '%s' are the same file");
    complaint_add(&c, ": they are");
    assert_sentence(&c, "'a' and '%s' are the same file: they are");
}

Test(complaint, a_sentence_about_a_stream_quotes_nothing)
{
    struct complaint c;
    complaint_make_errno(&c, EPIPE, diag_stdout, "cannot write");
    assert_sentence(&c, "standard output: cannot write: Broken pipe");
    complaint_as_cp(&c, EPIPE, "error writing %s", diag_stdout);
    assert_sentence(&c, "error writing standard output: Broken pipe");
}

Test(complaint, what_is_too_long_is_cut)
{
    struct complaint c;
    char longer[1000];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    complaint_make(&c, EIO, "a", longer, "%s", longer);
    complaint_add(&c, "%s", longer);
    cr_assert_eq(strlen(c.what), sizeof(c.what) - 1);
    cr_assert_eq(strlen(c.why), sizeof(c.why) - 1);
}
