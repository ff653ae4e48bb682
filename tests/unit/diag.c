/* SPDX-License-Identifier: MIT */
#include "diag.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

static void assert_printed(void (*put)(FILE *, const char *), const char *name,
                           const char *expected)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    put(out, name);
    fclose(out);
    cr_assert_str_eq(text, expected);
    free(text);
}

Test(diag, plain_names_are_not_quoted)
{
    assert_printed(diag_put_name, "a/b-c.img", "a/b-c.img");
    assert_printed(diag_put_name, "\303\244", "\303\244");
}

Test(diag, names_that_a_shell_would_split_are_quoted)
{
    assert_printed(diag_put_name, "a b", "'a b'");
    assert_printed(diag_put_name, "", "''");
    assert_printed(diag_put_name, "a: b", "'a: b'");
    assert_printed(diag_put_name, "it's", "$'it\\'s'");
}

Test(diag, no_name_breaks_the_line)
{
    assert_printed(diag_put_name, "a\nb\033\177", "$'a\\nb\\E\\177'");
}

Test(diag, bytes_that_are_not_utf8_are_shown_as_such)
{
    assert_printed(diag_put_name, "\377\303", "$'\\377\\303'");
    assert_printed(diag_put_name, "\303\244\377", "$'\303\244\\377'");
}

Test(diag, names_in_pairs_are_always_quoted)
{
    assert_printed(diag_put_quoted, "a", "'a'");
}

Test(diag, streams_are_no_names)
{
    assert_printed(diag_put_name, diag_stdin, "standard input");
}

Test(diag, a_sentence_has_path_what_and_why)
{
    struct complaint c;
    cr_assert_eq(complain_errno(&c, ENOENT, "a b", "cannot open %s", "it"), -ENOENT);
    char *sentence = diag_sentence(&c);
    cr_assert_str_eq(sentence, "'a b': cannot open it: No such file or directory");
    free(sentence);
    complain(&c, EIO, "a", "cannot", "%d reasons", 2);
    complain_further(&c, ", or 3");
    sentence = diag_sentence(&c);
    cr_assert_str_eq(sentence, "a: cannot: 2 reasons, or 3");
    free(sentence);
}
