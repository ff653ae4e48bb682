/* SPDX-License-Identifier: MIT */
/* Pairing when memory runs out; the rest is seen from outside, in tests/cli/cli/operands.bats. */
#include "cli/operands.h"
#include "support.h"

#include <dlfcn.h>
#include <search.h>
#include <stdarg.h>

static int fails_at; /* the call, from 1 on, that gets no memory; 0: none */

static bool fails(void)
{
    if (fails_at == 0 || --fails_at > 0)
        return false;
    errno = ENOMEM;
    return true;
}

/* These take the place of the C library's. */

void *tsearch(const void *key, void **root, int (*compare)(const void *, const void *))
{
    void *(*real)(const void *, void **, int (*)(const void *, const void *));
    *(void **)&real = dlsym(RTLD_NEXT, "tsearch");
    return fails() ? NULL : real(key, root, compare);
}

int asprintf(char **text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = fails() ? -1 : vasprintf(text, format, args);
    va_end(args);
    return len;
}

/* The same, as it is called by what is built with _FORTIFY_SOURCE. */
int __asprintf_chk(char **text, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int __asprintf_chk(char **text, int flag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = fails() ? -1 : vasprintf(text, format, args);
    va_end(args);
    (void)flag;
    return len;
}

char *strdup(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = fails() ? NULL : malloc(len);
    return copy ? memcpy(copy, text, len) : NULL;
}

static int status;
static struct pair *pairs;
static int count;

/* Pairs operands, ended by NULL, while the call `at` gets no memory, and asserts what is
 * printed. */
static void pair(const char **operands, int at, const char *said)
{
    char text[512] = "";
    struct options options = {.operands = operands};
    int said_fd = open("said", O_RDWR | O_CREAT | O_TRUNC, 0600), old = dup(STDERR_FILENO);
    while (operands[options.operand_count])
        options.operand_count++;
    dup2(said_fd, STDERR_FILENO);
    fails_at = at;
    status = operands_pair(&options, &pairs, &count);
    fails_at = 0;
    dup2(old, STDERR_FILENO);
    close(old);
    cr_assert_geq(pread(said_fd, text, sizeof(text) - 1, 0), 0);
    close(said_fd);
    cr_expect_str_eq(text, said);
}

static void needs_directory(void)
{
    enter_scratch();
    cr_assert_eq(mkdir("d", 0755), 0);
}

Test(operands, memory_for_all_of_them, .init = needs_directory, .fini = leave_scratch)
{
    const char *operands[] = {"a", "b", "d", NULL};
    pair(operands, 0, "");
    cr_expect_eq(status, STATUS_COPIED);
    cr_assert_eq(count, 2);
    cr_expect_str_eq(pairs[0].dst, "d/a");
    cr_expect_str_eq(pairs[1].dst, "d/b");
    operands_release(pairs, count);
}

/* The name of each takes one call, and remembering it another. */
Test(operands, none_for_one_of_them, .init = needs_directory, .fini = leave_scratch)
{
    const char *operands[] = {"a", "b", "d", NULL};
    for (int at = 1; at <= 4; at++) {
        bool first = at <= 2;
        pair(operands, at,
             first ? "mpcp: a: cannot copy: Cannot allocate memory\n"
                   : "mpcp: b: cannot copy: Cannot allocate memory\n");
        cr_expect_eq(status, STATUS_FAILED);
        cr_assert_eq(count, 2);
        cr_expect_null(pairs[first ? 0 : 1].dst);
        cr_expect_str_eq(pairs[first ? 1 : 0].dst, first ? "d/b" : "d/a");
        operands_release(pairs, count);
    }
}

Test(operands, none_for_the_only_one, .init = needs_directory, .fini = leave_scratch)
{
    const char *operands[] = {"a", "new", NULL};
    pair(operands, 1, "mpcp: a: cannot copy: Cannot allocate memory\n");
    cr_expect_eq(status, STATUS_FAILED);
    cr_assert_eq(count, 1);
    cr_expect_null(pairs[0].dst);
    operands_release(pairs, count);
}

Test(operands, a_failure_before_nonsense_is_still_nonsense, .init = needs_directory,
     .fini = leave_scratch)
{
    const char *operands[] = {"a", "-", "d", NULL};
    pair(operands, 1,
         "mpcp: a: cannot copy: Cannot allocate memory\n"
         "mpcp: -: standard input has no name for a file in a directory: name the file\n");
    cr_expect_eq(status, STATUS_USAGE);
    operands_release(pairs, count);
}
