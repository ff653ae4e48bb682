/* SPDX-License-Identifier: MIT */
#include "recipe.h"

#include <criterion/criterion.h>

static const struct recipe thousand = {"test", "", .directories = 1000, .files = 100000};

Test(recipe, names_are_found_and_told)
{
    char names[RECIPE_NAMES];
    cr_expect_str_eq(recipe_names(names), "small, flat, mixed");
    cr_expect_str_eq(recipe_find("flat")->name, "flat");
    cr_expect_null(recipe_find("fla"));
}

Test(recipe, scaling_changes_counts_and_the_size_of_large_files)
{
    struct recipe half = recipe_scale(recipe_find("mixed"), 0.5);
    cr_expect_eq(half.directories, 250);
    cr_expect_eq(half.files, 10000);
    cr_expect_eq(half.largest, 64 << 10);
    cr_expect_eq(half.large_files, 6);
    cr_expect_eq(half.large_size, 256 << 20);
}

Test(recipe, scaling_leaves_at_least_one_of_what_there_is)
{
    struct recipe tiny = recipe_scale(recipe_find("small"), 1e-9);
    cr_expect_eq(tiny.directories, 1);
    cr_expect_eq(tiny.files, 1);
    cr_expect_eq(tiny.large_files, 0);
    cr_expect_eq(recipe_scale(recipe_find("flat"), 1e-9).directories, 0);
}

Test(recipe, room_is_enough_for_every_file)
{
    const struct recipe recipe = {
        "test", "", 2, 10, .largest = 5000, .large_files = 3, .large_size = 1000000};
    cr_expect_geq(recipe_room(&recipe), 10 * 8192 + 2 * 4096 + 3 * 1000000);
}

Test(recipe, directories_are_nested)
{
    char path[PATH_MAX];
    cr_expect_str_eq(recipe_directory(&thousand, 0, path), "/d1");
    cr_expect_str_eq(recipe_directory(&thousand, 99, path), "/d1");
    cr_expect_str_eq(recipe_directory(&thousand, 100, path), "/d2");
    cr_expect_str_eq(recipe_directory(&thousand, 1000, path), "/d1/d11");
    cr_expect_str_eq(recipe_directory(&thousand, 99999, path), "/d9/d99/d1000");
}

Test(recipe, without_directories_all_files_lie_in_the_root)
{
    char path[PATH_MAX];
    cr_expect_str_eq(recipe_directory(recipe_find("flat"), 19999, path), "");
}

Test(recipe, sizes_are_within_bounds_and_of_every_magnitude)
{
    const struct recipe recipe = {"test", "", .files = 1, .smallest = 3, .largest = 1024};
    struct prng prng;
    int below_16 = 0, above_256 = 0;
    prng_seed(&prng, 1);
    for (int i = 0; i < 1000; i++) {
        uint64_t size = recipe_size(&recipe, &prng);
        cr_assert_geq(size, 3);
        cr_assert_leq(size, 1024);
        below_16 += size < 16;
        above_256 += size > 256;
    }
    cr_expect_gt(below_16, 200);
    cr_expect_gt(above_256, 50);
}

Test(recipe, one_size_is_kept)
{
    struct prng prng;
    prng_seed(&prng, 1);
    cr_expect_eq(recipe_size(recipe_find("small"), &prng), 4096);
}
