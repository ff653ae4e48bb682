/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"
#include "support.h"

TestSuite(checksum, .timeout = 60);

/* Of "mpcp\n", as xxh128sum and sha256sum print them. */
static const char *const expected[CHECKSUM_KINDS] = {
    [CHECKSUM_XXH128] = "ef974c283454b318c0287310f91cbcc1",
    [CHECKSUM_SHA256] = "d74d5c46e722bbd30164633bacd9241c753ca9abc90b781e6275adb64abb36eb",
};

static struct checksum sum_of(enum checksum_kind kind, const char *const *parts)
{
    struct summer summer;
    cr_assert_eq(summer_init(&summer, kind), 0);
    for (; *parts; parts++)
        summer_add(&summer, *parts, strlen(*parts));
    struct checksum sum = summer_end(&summer);
    summer_release(&summer);
    return sum;
}

Test(checksum, is_that_of_the_tools)
{
    char text[CHECKSUM_TEXT];
    for (unsigned kind = CHECKSUM_NONE + 1; kind < CHECKSUM_KINDS; kind++) {
        if (!checksum_is_built(kind))
            continue;
        struct checksum sum = sum_of(kind, (const char *[]){"mpcp\n", NULL});
        cr_expect_str_eq(checksum_spell(&sum, text), expected[kind]);
        cr_expect_eq(strlen(text), 2 * checksum_len(kind));
    }
}

Test(checksum, is_the_same_in_whatever_parts_the_bytes_come)
{
    struct checksum whole = sum_of(CHECKSUM_XXH128, (const char *[]){"mpcp\n", NULL});
    struct checksum parts = sum_of(CHECKSUM_XXH128, (const char *[]){"m", "", "pcp", "\n", NULL});
    struct checksum other = sum_of(CHECKSUM_XXH128, (const char *[]){"mpcp", NULL});
    cr_assert(checksum_equal(&whole, &parts));
    cr_assert(!checksum_equal(&whole, &other));
    other = whole;
    other.kind = CHECKSUM_SHA256;
    cr_assert(!checksum_equal(&whole, &other));
}

Test(checksum, of_no_kind_has_no_text)
{
    char text[CHECKSUM_TEXT];
    cr_assert_str_empty(checksum_spell(&(struct checksum){.kind = CHECKSUM_NONE}, text));
}
