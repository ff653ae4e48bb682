/* SPDX-License-Identifier: MIT */
#include "cli/values.h"
#include "support.h"

#include <limits.h>

static const struct named names[] = {{"none", 1},  {"off", 1},  {"none-fail", 2},
                                     {"older", 3}, {"old", 3},  {"numbered", 4},
                                     {"fails", 5}, {"fail", 6}, {0}};

Test(values, names_are_found_whole_or_as_far_as_they_are_clear)
{
    static const struct {
        const char *text;
        unsigned value; /* 0: invalid */
    } cases[] = {
        {"none", 1},  {"fail", 6}, /* a whole name, though others begin with it */
        {"none-", 2}, {"none-fail", 2}, {"of", 1},         {"ol", 3}, /* two that are the same */
        {"o", 0},     {"no", 0},        {"n", 0},          {"nu", 4},
        {"", 0},      {"x", 0},         {"none-failx", 0}, {"None", 0},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        unsigned value = 77;
        cr_expect_eq(values_find(names, cases[i].text, &value), cases[i].value != 0, "%s",
                     cases[i].text);
        cr_expect_eq(value, cases[i].value ? cases[i].value : 77, "%s", cases[i].text);
    }
}

Test(values, all_names_are_described_in_their_order)
{
    static const struct named one[] = {{"one", 1}, {0}}, two[] = {{"one", 1}, {"two", 2}, {0}};
    static const struct {
        const struct named *names;
        bool list;
        const char *description;
    } cases[] = {
        {one, false, "one"},
        {two, false, "one or two"},
        {two, true, "a list of one, two"},
        {names, false, "none, off, none-fail, older, old, numbered, fails or fail"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char *description = values_describe(cases[i].names, cases[i].list);
        cr_expect_str_eq(description, cases[i].description, "%s", description);
        free(description);
    }
}

static void append(void *arg, unsigned value)
{
    char *text = arg;
    size_t len = strlen(text);
    snprintf(text + len, 32 - len, "%u;", value);
}

Test(values, a_list_is_taken_in_its_order)
{
    static const struct {
        const char *list, *taken;
        bool ok;
    } cases[] = {{"none", "1;", true},
                 {"old,none-fail,nu", "3;2;4;", true},
                 {"none,", "1;", false},
                 {",none", "", false},
                 {"none,,old", "1;", false},
                 {"none,x,old", "1;", false},
                 {"", "", false},
                 {"none old", "", false}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char taken[32] = "";
        cr_expect_eq(values_each(names, cases[i].list, append, taken), cases[i].ok, "%s",
                     cases[i].list);
        cr_expect_str_eq(taken, cases[i].taken, "%s", cases[i].list);
    }
}

Test(values, a_count_is_whole_and_no_more_than_fits)
{
    static const struct {
        const char *text;
        unsigned count; /* 0: invalid */
    } cases[] = {{"1", 1}, {"2K", 2048}, {"0.5K", 512}, {"5000000000", UINT_MAX},
                 {"0", 0}, {"1.5", 0},   {"2.0B", 0},   {"-1", 0},
                 {"x", 0}, {"", 0}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        unsigned count = 0;
        cr_expect_eq(values_count(cases[i].text, &count), cases[i].count != 0, "%s", cases[i].text);
        cr_expect_eq(count, cases[i].count, "%s", cases[i].text);
    }
}

Test(values, a_length_has_its_bounds)
{
    size_t len = 0;
    cr_expect(values_length("1", &len, 4096));
    cr_expect(values_length("4K", &len, 4096));
    cr_expect_eq(len, 4096);
    cr_expect_not(values_length("4097", &len, 4096));
    cr_expect_not(values_length("0", &len, 4096));
    cr_expect_not(values_length("4k!", &len, 4096));
}
