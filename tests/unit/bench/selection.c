/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/var/tmp/mpcp-unit-XXXXXX";

static void make_directory(void)
{
    cr_assert(mkdtemp(dir) && chdir(dir) == 0);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
}

/* What one test after the other takes; the paths of the last are freed. */
static struct settings settings;

static void forget(void)
{
    for (size_t i = 0; i < settings.subject_count; i++)
        free((char *)settings.subjects[i].path);
    settings = (struct settings){0};
}

static void clean_up(void)
{
    forget();
    unlink("file");
    unlink("empty");
    rmdir(dir);
}

TestSuite(selection, .init = make_directory, .fini = clean_up);

static int take(const struct selection *selection)
{
    struct trouble trouble = {.text = ""};
    forget();
    int err = selection_take(selection, &settings, &trouble);
    cr_assert_eq(err != 0, trouble.text[0] != '\0', "what goes wrong is said, and nothing else");
    return err;
}

static int take_operands(const char *first, const char *second)
{
    const char *operands[] = {first, second, NULL};
    return take(&(struct selection){.operands = operands});
}

Test(selection, sizes_are_of_files_that_are_made)
{
    char sizes[] = "4K,1M";
    cr_assert_eq(take(&(struct selection){.sizes = sizes}), 0);
    cr_assert_eq(settings.subject_count, 2);
    cr_assert_eq(settings.subjects[0].size, 4096);
    cr_assert_eq(settings.subjects[1].size, 1 << 20);
    cr_assert_null(settings.subjects[0].path);
    cr_assert_not(settings.tree);
}

Test(selection, an_operand_is_a_file_or_a_tree_that_is_there)
{
    write_file("file", "12345");
    cr_assert_eq(take_operands("file", NULL), 0);
    cr_assert_eq(settings.subjects[0].size, 5);
    cr_assert(strcmp(strrchr(settings.subjects[0].path, '/'), "/file") == 0);
    cr_assert_not(settings.tree);
    cr_assert_eq(take_operands(dir, NULL), 0);
    cr_assert_eq(settings.subjects[0].size, 0);
    cr_assert(settings.tree);
}

Test(selection, what_cannot_be_compared_is_refused)
{
    const char *operands[] = {"file", NULL};
    char sizes[] = "1M";
    write_file("file", "12345");
    write_file("empty", "");
    cr_assert_eq(take_operands("empty", NULL), -EINVAL);
    cr_assert_eq(take_operands("file", dir), -EINVAL);
    cr_assert_eq(take_operands(dir, "file"), -EINVAL);
    cr_assert_eq(take_operands("/dev/null", NULL), -EINVAL);
    cr_assert_eq(take_operands("nothing", NULL), -ENOENT);
    cr_assert_eq(take(&(struct selection){.operands = operands, .sizes = sizes}), -EINVAL);
    cr_assert_eq(take(&(struct selection){.operands = operands, .tree = true}), -EINVAL);
}

Test(selection, there_is_something_to_copy)
{
    char none[] = ",", zero[] = "0";
    cr_assert_eq(take(&(struct selection){.sizes = none}), -EINVAL);
    cr_assert_eq(take(&(struct selection){.sizes = zero}), -EINVAL);
    cr_assert_eq(take(&(struct selection){0}), 0);
    cr_assert_eq(settings.subjects[0].size, 1 << 30);
}
