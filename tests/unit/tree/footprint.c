/* SPDX-License-Identifier: MIT */
#include "tree/footprint.h"
#include "support.h"

static struct footprint of(const char *src, const char *dst, bool exact_names)
{
    struct footprint f;
    struct pair pair = {.src = src, .dst = (char *)dst};
    footprint_look(&pair, exact_names, &f);
    return f;
}

static void make(const char *name)
{
    close(make_file(name, 10));
}

/* Two pairs: does neither concern the other? */
static bool apart(const char *a, const char *a_dst, const char *b, const char *b_dst, bool exact)
{
    struct footprint both[] = {of(a, a_dst, exact), of(b, b_dst, exact)};
    footprints_compare(both, 2);
    cr_assert_eq(both[0].alone, both[1].alone);
    return both[0].alone;
}

Test(footprint, copies_of_different_files_are_alone, .init = enter_scratch, .fini = leave_scratch)
{
    make("a"), make("b"), make("old");
    cr_expect(apart("a", "x", "b", "y", true));
    cr_expect(apart("a", "x", "b", "old", true));
    cr_expect(apart("a", "x", "a", "y", true), "one source for two is no harm");
}

Test(footprint, copies_to_one_file_are_not, .init = enter_scratch, .fini = leave_scratch)
{
    make("a"), make("b"), make("old");
    cr_assert_eq(link("old", "twin"), 0);
    cr_assert_eq(symlink("old", "soft"), 0);
    cr_expect_not(apart("a", "old", "b", "twin", true));
    cr_expect_not(apart("a", "old", "b", "soft", true));
    cr_expect_not(apart("a", "new", "b", "new", true));
}

Test(footprint, a_copy_from_what_another_writes_is_not, .init = enter_scratch,
     .fini = leave_scratch)
{
    make("a"), make("old");
    cr_assert_eq(symlink("old", "soft"), 0);
    cr_expect_not(apart("a", "old", "soft", "new", true));
    cr_expect_not(apart("soft", "new", "a", "old", true));
}

Test(footprint, a_copy_onto_itself_is_its_own_business, .init = enter_scratch,
     .fini = leave_scratch)
{
    make("a"), make("b");
    cr_expect(apart("a", "a", "b", "new", true));
}

Test(footprint, new_names_that_differ_in_case_may_be_one, .init = enter_scratch,
     .fini = leave_scratch)
{
    make("a"), make("b");
    cr_expect_not(apart("a", "New.txt", "b", "nEW.TXT", true));
    cr_expect_not(apart("a", "New.txt", "b", "nEW.TXT", false));
}

Test(footprint, what_other_characters_mean_is_unknown_on_some_file_systems, .init = enter_scratch,
     .fini = leave_scratch)
{
    static const char *const odd[] = {"k\xcc\x88", "\xe2\x84\xaa", "longna~1.txt", "a:b",
                                      "a.",        "a ",           "a\\b",         "a\n"};
    make("a");
    for (size_t i = 0; i < LENGTH(odd); i++) {
        cr_expect(of("a", odd[i], false).unknown, "%s", odd[i]);
        cr_expect_not(of("a", odd[i], true).unknown, "%s", odd[i]);
        cr_assert_eq(mkdir("dir", 0755), 0);
        char below[64];
        snprintf(below, sizeof(below), "dir/%s", odd[i]);
        cr_expect(of("a", below, false).unknown, "%s", below);
        cr_assert_eq(rmdir("dir"), 0);
    }
    cr_expect_not(of("a", "A plain name-1_2.txt", false).unknown);
    make(odd[0]);
    cr_expect_not(of("a", odd[0], false).unknown, "it is there, and has a number");
}

Test(footprint, what_leads_nowhere_is_unknown, .init = enter_scratch, .fini = leave_scratch)
{
    make("a");
    cr_assert_eq(symlink("nowhere", "soft"), 0);
    cr_expect(of("soft", "new", true).unknown);
    cr_expect(of("gone", "new", true).unknown);
    cr_expect(of("a", "soft", true).unknown);
    cr_expect(of("a", "a/new", true).unknown);
    cr_expect_not(of("a", "new", true).unknown);
}

Test(footprint, plain_is_small_to_a_file_of_one_name, .init = enter_scratch, .fini = leave_scratch)
{
    make("a"), make("old");
    cr_assert_eq(symlink("old", "soft"), 0);
    cr_assert_eq(mkdir("directory", 0755), 0);
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    cr_expect(of("a", "new", true).plain);
    cr_expect(of("a", "old", true).plain);
    cr_expect(of("soft", "new", true).plain);
    cr_expect_not(of("a", "soft", true).plain);
    cr_expect_not(of("a", "fifo", true).plain);
    cr_expect_not(of("fifo", "new", true).plain);
    cr_expect_not(of("directory", "new", true).plain);
    cr_assert_eq(link("old", "twin"), 0);
    cr_expect_not(of("a", "old", true).plain);
    close(make_file("large", 8 << 20));
    cr_expect_not(of("large", "new", true).plain);
    cr_expect_eq(of("large", "new", true).size, 8 << 20);
}

Test(footprint, directories_here_have_exact_names, .init = enter_scratch, .fini = leave_scratch)
{
    cr_expect(footprint_names_are_exact("new"));
    cr_expect(footprint_names_are_exact("/tmp/new"));
    cr_expect_not(footprint_names_are_exact("nowhere/new"));
    cr_expect_not(footprint_names_are_exact("/proc/self/fd/new"));
}
