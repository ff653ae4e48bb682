/* SPDX-License-Identifier: MIT */
#include "base/size.h"
#include "base/arithmetic.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>

static uint64_t parsed(const char *text)
{
    uint64_t bytes = 0;
    cr_assert_eq(size_parse(text, &bytes), 0, "%s was refused", text);
    return bytes;
}

static void assert_refused(const char *text, int err)
{
    uint64_t bytes;
    cr_assert_eq(size_parse(text, &bytes), -err, "%s wasn't refused so", text);
}

Test(size, plain_numbers_are_bytes)
{
    cr_assert_eq(parsed("0"), 0);
    cr_assert_eq(parsed("4096"), 4096);
    cr_assert_eq(parsed("7B"), 7);
}

Test(size, suffixes_count_by_1024_with_B_by_1000)
{
    cr_assert_eq(parsed("64K"), 65536);
    cr_assert_eq(parsed("64k"), 65536);
    cr_assert_eq(parsed("64KiB"), 65536);
    cr_assert_eq(parsed("64KB"), 64000);
    cr_assert_eq(parsed("3M"), 3 << 20);
    cr_assert_eq(parsed("2G"), 2ULL << 30);
    cr_assert_eq(parsed("1TiB"), 1ULL << 40);
    cr_assert_eq(parsed("1.5G"), 3ULL << 29);
}

Test(size, large_counts_lose_no_digit)
{
    cr_assert_eq(parsed("9223372036854775807"), 9223372036854775807ULL);
    cr_assert_eq(parsed("9007199254740993"), 9007199254740993ULL); /* 2^53 + 1 */
}

Test(size, nonsense_is_refused)
{
    static const char *const texts[] = {"",   "K",   "-1",   "+1",  " 1",  "1 ",   "1 K",
                                        "x",  "1x",  "0x10", "1e3", "inf", "nan",  "1.",
                                        ".5", "1KK", "1Ki",  "1iB", "1K ", "1.5.5"};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_refused(texts[i], EINVAL);
}

Test(size, too_much_is_refused)
{
    assert_refused("9223372036854775808", ERANGE);
    assert_refused("99999999999999999999999", ERANGE);
    assert_refused("8192P", ERANGE);
}

Test(size, sizes_print_with_their_unit)
{
    char buf[SIZE_TEXT];
    cr_assert_str_eq(size_format(0, buf), "0 B");
    cr_assert_str_eq(size_format(1023, buf), "1023 B");
    cr_assert_str_eq(size_format(1024, buf), "1.0 KiB");
    cr_assert_str_eq(size_format((1 << 20) - 1, buf), "1.0 MiB");
    cr_assert_str_eq(size_format(5ULL << 30, buf), "5.0 GiB");
    cr_assert_str_eq(size_format(INT64_MAX, buf), "8192.0 PiB");
}

Test(size, rates_have_the_units_of_sizes)
{
    char buf[SIZE_TEXT];
    cr_assert_str_eq(size_format_rate(1.85 * (1 << 30), buf), "1.85 GiB/s");
    cr_assert_str_eq(size_format_rate(2 << 20, buf), "2.00 MiB/s");
    cr_assert_str_eq(size_format_rate(1023.4, buf), "1023 B/s");
    cr_assert_str_eq(size_format_rate(1023.6, buf), "1.00 KiB/s");
    cr_assert_str_eq(size_format_rate((1 << 20) - 1, buf), "1.00 MiB/s");
    cr_assert_str_eq(size_format_rate(0, buf), "0 B/s");
}

Test(size, what_is_no_rate_is_not_printed_as_one)
{
    static const double rates[] = {-1, 1e300, INFINITY, -INFINITY, NAN};
    char buf[SIZE_TEXT];
    for (size_t i = 0; i < COUNT_OF(rates); i++)
        cr_assert_str_eq(size_format_rate(rates[i], buf), "- B/s");
}

Test(size, times_print_as_clocks)
{
    char buf[SIZE_TEXT];
    cr_assert_str_eq(size_format_time(7, buf), "0:07");
    cr_assert_str_eq(size_format_time(59.6, buf), "1:00");
    cr_assert_str_eq(size_format_time(3 * 3600 + 245, buf), "3:04:05");
    cr_assert_str_eq(size_format_time(INFINITY, buf), "-:--");
    cr_assert_str_eq(size_format_time(NAN, buf), "-:--");
    cr_assert_str_eq(size_format_time(-1e9, buf), "-:--");
}
