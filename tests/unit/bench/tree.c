/* SPDX-License-Identifier: MIT */
#include "tree.h"
#include "recipe.h"
#include "support.h"
#include "walk.h"

static struct trouble trouble;

/* Makes "src", with some of each kind of entry, and "dst" as cp -a copies it. */
static void make_trees(void)
{
    static const struct recipe recipe = {"test",
                                         "",
                                         .directories = 12,
                                         .files = 120,
                                         .largest = 512,
                                         .links = true,
                                         .large_files = 1,
                                         .large_size = 300000};
    enter_scratch();
    cr_assert_eq(recipe_make(&recipe, "src", &trouble), 0, "%s", trouble.text);
    cr_assert_eq(mkfifo("src/fifo", 0600), 0);
    cr_assert_eq(system("cp -a src dst"), 0);
}

static struct shortfall shortfall;

static int compare(void)
{
    trouble.text[0] = '\0';
    return tree_compare("src", "dst", "cp", &shortfall, &trouble);
}

TestSuite(tree, .init = make_trees, .fini = leave_scratch);

Test(tree, everything_is_counted_and_links_by_every_name)
{
    struct census census;
    cr_assert_eq(tree_count("src", &census, &trouble), 0);
    cr_expect_eq(census.files, 121);
    cr_expect_eq(census.directories, 13);
    cr_expect_eq(census.others, 3, "two symbolic links and a pipe");
    cr_expect_gt(census.bytes, 300000);
    cr_expect_eq(tree_check_census("dst", &census, "cp", &trouble), 0);
}

Test(tree, the_copy_of_cp_lacks_nothing)
{
    char text[100];
    cr_assert_eq(compare(), 0, "%s", trouble.text);
    cr_expect_str_eq(shortfall_text(&shortfall, text, sizeof(text)), "");
}

Test(tree, what_is_on_top_is_counted)
{
    struct census census;
    cr_assert_eq(tree_count("src", &census, &trouble), 0);
    cr_assert_eq(symlink("x", "dst/d1/more"), 0);
    cr_expect_eq(tree_check_census("dst", &census, "cp", &trouble), -EIO);
    cr_expect_str_eq(trouble.text, "cp: the copy has 4 links and special files instead of 3");
}

Test(tree, what_is_missing_is_named)
{
    cr_assert_eq(unlink("dst/d1/f0"), 0);
    cr_expect_eq(compare(), -EIO);
    cr_expect_str_eq(trouble.text, "cp: /d1/f0: not copied (No such file or directory)");
}

Test(tree, another_byte_is_found)
{
    int fd = open("dst/large0", O_RDWR);
    char byte;
    cr_assert_eq(pread(fd, &byte, 1, 299999), 1);
    byte++;
    cr_assert_eq(pwrite(fd, &byte, 1, 299999), 1);
    close(fd);
    cr_expect_eq(compare(), -EIO);
    cr_expect_str_eq(trouble.text,
                     "cp: /large0: the copy differs from the source at offset 299999");
}

Test(tree, another_kind_is_found)
{
    cr_assert_eq(unlink("dst/fifo"), 0);
    cr_assert_eq(mkdir("dst/fifo", 0700), 0);
    cr_expect_eq(compare(), -EIO);
    cr_expect_str_eq(trouble.text, "cp: /fifo: the copy is of another kind");
}

Test(tree, another_target_is_found)
{
    cr_assert_eq(system("ln -sf elsewhere \"$(find dst -name '*.link' | head -n1)\""), 0);
    cr_expect_eq(compare(), -EIO);
    cr_expect_not_null(strstr(trouble.text, ": the copy links to something else"));
}

Test(tree, what_is_not_kept_is_counted)
{
    char text[100];
    cr_assert_eq(chmod("dst/large0", 0644), 0);
    cr_assert_eq(utimensat(AT_FDCWD, "dst/d1/f0", (struct timespec[2]){{1}, {1}}, 0), 0);
    cr_assert_eq(system("cp dst/d3/f25 f && mv f dst/d3/f25"), 0, "a hard link of f24");
    cr_assert_eq(compare(), 0, "%s", trouble.text);
    cr_expect_eq(shortfall.modes, 1);
    cr_expect_geq(shortfall.times, 1);
    cr_expect_geq(shortfall.links, 1);
    cr_expect_not_null(strstr(shortfall_text(&shortfall, text, sizeof(text)), "modes of 1, times"));
}

Test(tree, it_can_be_warmed_and_evicted)
{
    uint64_t resident;
    cr_expect_eq(tree_warm("src", &trouble), 0, "%s", trouble.text);
    cr_expect_eq(tree_settle("src", &trouble), 0, "%s", trouble.text);
    cr_expect_eq(tree_evict("src", &resident, &trouble), 0, "%s", trouble.text);
}

Test(tree, it_is_removed_whole_even_where_nothing_may_be_written)
{
    cr_assert_eq(chmod("dst/d1", 0500), 0);
    cr_expect_eq(walk_remove("dst", &trouble), 0, "%s", trouble.text);
    cr_expect_eq(access("dst", F_OK), -1);
    cr_expect_eq(access("src/d1/f0", F_OK), 0);
}

Test(tree, removing_a_link_leaves_what_it_leads_to)
{
    cr_assert_eq(symlink("src", "way"), 0);
    cr_expect_eq(walk_remove("way", &trouble), 0, "%s", trouble.text);
    cr_expect_eq(access("src/d1/f0", F_OK), 0);
    cr_expect_eq(access("way", F_OK), -1);
}
