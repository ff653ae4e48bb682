/* SPDX-License-Identifier: MIT */
#include "base/checksum_line.h"
#include "support.h"

TestSuite(checksum_line, .timeout = 60);

#define HEX_16 "000102030405060708090a0b0c0d0eff"
#define HEX_32 HEX_16 HEX_16

static const struct checksum xxh = {CHECKSUM_XXH128,
                                    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}};
static const struct checksum sha = {CHECKSUM_SHA256,
                                    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255,
                                     0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}};

static void expect_line(const struct checksum *sum, const char *name, const char *expected)
{
    size_t len;
    char *line = checksum_line(sum, name, &len);
    cr_assert_not_null(line);
    cr_expect_eq(len, strlen(expected));
    cr_expect(strncmp(line, expected, len) == 0, "%.*s", (int)len, line);
    free(line);
}

Test(checksum_line, is_a_line_of_the_tools)
{
    expect_line(&xxh, "a name", HEX_16 "  a name\n");
    expect_line(&sha, "dir/*", HEX_32 "  dir/*\n");
}

Test(checksum_line, escapes_what_sha256sum_escapes)
{
    expect_line(&sha, "a\\b", "\\" HEX_32 "  a\\\\b\n");
    expect_line(&sha, "a\nb\rc\\", "\\" HEX_32 "  a\\nb\\rc\\\\\n");
}

Test(checksum_line, escapes_for_xxhsum_only_what_would_break_the_line)
{
    expect_line(&xxh, "a\\b\rc", HEX_16 "  a\\b\rc\n");
    expect_line(&xxh, "a\\\nb", "\\" HEX_16 "  a\\\\\\nb\n");
}

static void expect_parsed(const char *text, const struct checksum *expected, const char *name)
{
    struct checksum sum;
    const char *found;
    char *line = strdup(text);
    cr_assert(checksum_parse(line, &sum, &found), "%s", text);
    cr_expect(checksum_equal(&sum, expected), "%s", text);
    cr_expect_str_eq(found, name);
    free(line);
}

Test(checksum_line, is_read_in_all_ways_that_the_tools_write)
{
    expect_parsed(HEX_16 "  a name", &xxh, "a name");
    expect_parsed(HEX_32 " *binary", &sha, "binary");
    expect_parsed("000102030405060708090A0B0C0D0EFF  upper", &xxh, "upper");
    expect_parsed("XXH128 (a (1) = b) = " HEX_16, &xxh, "a (1) = b");
    expect_parsed("SHA256 (x) = " HEX_32, &sha, "x");
    expect_parsed("\\SHA256 (a\\nb) = " HEX_32, &sha, "a\nb");
    expect_parsed("\\" HEX_32 "  a\\\\n\\r\\n", &sha, "a\\n\r\n");
    expect_parsed(HEX_32 "  a\\n", &sha, "a\\n");
    expect_parsed(HEX_16 "   blank first", &xxh, " blank first");
}

Test(checksum_line, of_its_own_is_read_back)
{
    char name[256];
    for (int i = 0; i < 255; i++)
        name[i] = (char)(i + 1);
    name[255] = '\0';
    const struct checksum *const sums[] = {&xxh, &sha};
    for (size_t i = 0; i < LENGTH(sums); i++) {
        size_t len;
        char *line = checksum_line(sums[i], name, &len);
        cr_assert_null(memchr(line, '\n', len - 1));
        line[len - 1] = '\0';
        expect_parsed(line, sums[i], name);
        free(line);
    }
}

Test(checksum_line, else_is_refused)
{
    static const char *const lines[] = {"",
                                        "\\",
                                        "abc",
                                        HEX_16,
                                        HEX_16 " ",
                                        HEX_16 "  ",
                                        HEX_16 " x",
                                        HEX_16 "\tx",
                                        HEX_16 "0  one digit more",
                                        "0001  x",
                                        "\\" HEX_16 "  a\\",
                                        "\\" HEX_16 "  a\\tb",
                                        "XXH128 (x) = " HEX_32,
                                        "SHA256 (x) = " HEX_16,
                                        "SHA256 (x) = " HEX_32 " ",
                                        "SHA256 () = " HEX_32,
                                        "SHA256 (x",
                                        "MD5 (x) = " HEX_16,
                                        "g0010203040506070809 0a0b0c0d0eff  x"};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        struct checksum sum;
        const char *name;
        char *line = strdup(lines[i]);
        cr_expect(!checksum_parse(line, &sum, &name), "%s", lines[i]);
        free(line);
    }
}

Test(checksum_line, some_lines_name_their_kind)
{
    static const struct {
        const char *text;
        bool tagged;
    } lines[] = {{"XXH128 (x) = " HEX_16, true},
                 {"\\sha256 (x) = " HEX_32, true},
                 {HEX_16 "  SHA256 (x)", false},
                 {"XXH128", false},
                 {"\\", false},
                 {"", false}};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        char *line = strdup(lines[i].text);
        cr_expect_eq(checksum_is_tagged(line), lines[i].tagged, "%s", lines[i].text);
        free(line);
    }
}
