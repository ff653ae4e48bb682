/* SPDX-License-Identifier: MIT */
#include "base/diag.h"
#include "support.h"

#include <errno.h>

static char *printed(void (*put)(FILE *, const char *), const char *name)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    put(out, name);
    fclose(out);
    return text;
}

static void assert_printed(const char *name, const char *expected)
{
    char *text = printed(diag_put_name, name);
    cr_assert_str_eq(text, expected, "%s, not %s", text, expected);
    free(text);
}

Test(diag, plain_names_are_not_quoted)
{
    static const char *const names[] = {"a/b-c.img", "disk_1+2,3@4%5=6^7", "-", "."};
    for (size_t i = 0; i < LENGTH(names); i++)
        assert_printed(names[i], names[i]);
}

Test(diag, valid_utf8_is_kept)
{
    assert_printed("\303\244", "\303\244");                                     /* 2 bytes */
    assert_printed("\342\202\254", "\342\202\254");                             /* 3 */
    assert_printed("\360\237\230\200", "\360\237\230\200");                     /* 4 */
    assert_printed("\343\201\202 \343\201\204", "'\343\201\202 \343\201\204'"); /* and a blank */
}

Test(diag, names_that_a_shell_would_split_or_expand_are_quoted)
{
    assert_printed("", "''");
    assert_printed("a b", "'a b'");
    assert_printed("a: b", "'a: b'");
    assert_printed("~root", "'~root'");
    for (const char *c = "\"$`\\!*?[](){}<>|&;#~:"; *c; c++) {
        char name[] = {'a', *c, '\0'}, quoted[] = {'\'', 'a', *c, '\'', '\0'};
        assert_printed(name, quoted);
    }
}

Test(diag, a_quote_is_escaped)
{
    assert_printed("it's", "\"it's\"");
    assert_printed("a\\'b", "'a\\'\\''b'");
}

Test(diag, no_name_breaks_the_line)
{
    assert_printed("a\nb\033\177", "'a'$'\\n''b'$'\\033\\177'");
    assert_printed("\a\b\t\v\f\r\001", "''$'\\a\\b\\t\\v\\f\\r\\001'");
    assert_printed("\302\205", "''$'\\302\\205'");          /* U+0085, a C1 control character */
    assert_printed("\342\200\250", "''$'\\342\\200\\250'"); /* U+2028, a line separator */
}

Test(diag, bytes_that_are_not_utf8_are_shown_as_such)
{
    assert_printed("\377\303", "''$'\\377\\303'");
    assert_printed("\303\244\377", "'\303\244'$'\\377'");
    assert_printed("\300\257", "''$'\\300\\257'");                   /* an overlong slash */
    assert_printed("\355\240\200", "''$'\\355\\240\\200'");          /* a surrogate */
    assert_printed("\342\202", "''$'\\342\\202'");                   /* cut short */
    assert_printed("\364\220\200\200", "''$'\\364\\220\\200\\200'"); /* beyond U+10FFFF */
}

Test(diag, the_length_of_a_character_is_in_bytes)
{
    cr_assert_eq(diag_utf8_len("a"), 1);
    cr_assert_eq(diag_utf8_len("\303\244b"), 2);
    cr_assert_eq(diag_utf8_len("\342\202\254"), 3);
    cr_assert_eq(diag_utf8_len("\360\237\230\200"), 4);
    cr_assert_eq(diag_utf8_len("\377"), 0);
    cr_assert_eq(diag_utf8_len("\303"), 0);
}

/* The first and last characters of each length, and their neighbours. */
Test(diag, characters_are_those_of_rfc_3629)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"\x7f", 1},
        {"\x80", 0},
        {"\xbf", 0},
        {"\xc0\x80", 0},
        {"\xc1\xbf", 0},
        {"\xc2\x80", 2},
        {"\xdf\xbf", 2},
        {"\xe0\x9f\xbf", 0},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xee\x80\x80", 3},
        {"\xef\xbf\xbf", 3},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xf7\xbf\xbf\xbf", 0},
        {"\xf8\x88\x80\x80\x80", 0},
        {"\xfd\xbf\xbf\xbf\xbf\xbf", 0},
        {"\xfe", 0},
        {"\xff", 0},
        {"\xe2\x82\xc0", 0},
        {"\xf0\x9f\x98", 0},
    };
    for (size_t i = 0; i < LENGTH(cases); i++)
        cr_assert_eq(diag_utf8_len(cases[i].bytes), cases[i].len, "case %zu", i);
}

Test(diag, a_quote_among_letters_of_any_language_is_in_double_quotes)
{
    char *text = printed(diag_put_quoted, "o'\303\274");
    cr_assert_str_eq(text, "\"o'\303\274\"");
    free(text);
}

Test(diag, names_in_pairs_are_always_quoted)
{
    char *text = printed(diag_put_quoted, "a");
    cr_assert_str_eq(text, "'a'");
    free(text);
}

Test(diag, streams_are_no_names)
{
    assert_printed(diag_stdin, "standard input");
    assert_printed(diag_stdout, "standard output");
    assert_printed((char[]){"standard input"}, "'standard input'"); /* a file of that name is one */
}

/* Reads what `command`, a bash script, prints. */
static void run_bash(const char *command, char *output, size_t size)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execlp("bash", "bash", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ssize_t n, len = 0;
    while ((n = read(ends[0], output + len, size - 1 - (size_t)len)) > 0)
        len += n;
    output[len] = '\0';
    close(ends[0]);
    int status = reap(pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        SKIP("there is no bash to read names back");
    cr_assert_eq(status, 0);
}

Test(diag, a_shell_reads_back_what_was_printed, .timeout = 30)
{
    char name[256], command[2048], output[512];
    for (int i = 0; i < 255; i++)
        name[i] = (char)(i + 1);
    name[255] = '\0';
    const char *const names[] = {name, "it's a \\ \n\t\"name\"", "\3771\0332", "$HOME `id` !!",
                                 "~",  "a;b&c|d(e)f<g>h*"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        char *text = printed(diag_put_name, names[i]);
        snprintf(command, sizeof(command), "LC_ALL=C; printf %%s %s", text);
        run_bash(command, output, sizeof(output));
        cr_assert_str_eq(output, names[i], "%s", text);
        free(text);
    }
}

Test(diag, a_line_goes_to_stderr_with_the_programs_name)
{
    int ends[2], stderr_fd = dup(STDERR_FILENO);
    char line[64] = "";
    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], STDERR_FILENO);
    diag_print("%d of %s", 1, "two");
    dup2(stderr_fd, STDERR_FILENO);
    cr_assert_gt(read(ends[0], line, sizeof(line) - 1), 0);
    cr_assert_str_eq(line, "mpcp: 1 of two\n");
}
