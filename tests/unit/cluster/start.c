/* SPDX-License-Identifier: MIT */
#include "cluster/start.h"
#include "support.h"

TestSuite(start, .init = enter_scratch, .fini = leave_scratch);

static struct start look_at(const char *option, const char *src)
{
    char *argv[] = {(char[]){"mpcp"}, (char *)option, (char *)src, (char[]){"dst"}, NULL};
    const char *operands[] = {src, "dst"};
    return start_look(4, argv, operands, 1);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    fputs(text, file);
    fclose(file);
}

Test(start, ranks_that_see_the_same_do_not_differ)
{
    write_file("src", "abc");
    struct start starts[] = {look_at("-v", "src"), look_at("-v", "src"), look_at("-v", "src")};
    cr_assert_null(start_compare(starts, LENGTH(starts)));
}

static void assert_told(struct start other, const char *expected)
{
    struct start starts[] = {look_at("-v", "src"), look_at("-v", "src"), other};
    strcpy(starts[0].node, "one");
    strcpy(starts[2].node, "two");
    char *sentence = start_compare(starts, LENGTH(starts));
    cr_assert_str_eq(sentence, expected);
    free(sentence);
}

Test(start, one_with_other_arguments_is_named)
{
    write_file("src", "abc");
    assert_told(look_at("-q", "src"),
                "rank 2 on node two was given other arguments than rank 0 on node one");
}

Test(start, one_that_sees_another_size_is_named)
{
    write_file("src", "abcd");
    struct start other = look_at("-v", "src");
    struct stat st;
    stat("src", &st);
    write_file("src", "abc");
    const struct timespec times[] = {st.st_atim, st.st_mtim};
    utimensat(AT_FDCWD, "src", times, 0);
    assert_told(other, "rank 2 on node two sees another source than rank 0 on node one");
}

Test(start, one_that_sees_another_time_is_named)
{
    write_file("src", "abc");
    struct start other = look_at("-v", "src");
    const struct timespec times[] = {{1, 1}, {1, 1}};
    utimensat(AT_FDCWD, "src", times, 0);
    assert_told(other, "rank 2 on node two sees another source than rank 0 on node one");
}

Test(start, one_of_another_version_is_named)
{
    write_file("src", "abc");
    struct start other = look_at("-v", "src");
    other.version++;
    assert_told(other, "rank 2 on node two is another version of mpcp than rank 0 on node one");
}
