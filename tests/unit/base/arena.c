/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "support.h"

#include <stdint.h>
#include <sys/resource.h>

/* Only a sanitizer's library has it. */
extern void __asan_init(void) __attribute__((weak));

static bool is_zero(const unsigned char *memory, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (memory[i])
            return false;
    return true;
}

Test(arena, what_it_gives_is_apart_aligned_and_zero)
{
    struct arena *arena = arena_create();
    cr_assert_not_null(arena);
    unsigned char *last = NULL;
    for (size_t len = 1; len < 6000; len += 7) {
        unsigned char *memory = arena_get(arena, len);
        cr_assert_not_null(memory);
        cr_assert_eq((uintptr_t)memory % 16, 0);
        cr_assert(is_zero(memory, len));
        cr_assert(!last || memory >= last, "%zu bytes overlap those before", len);
        memset(memory, 0xff, len);
        last = memory + len;
    }
    arena_destroy(arena);
}

Test(arena, what_is_given_back_is_given_again_and_zero)
{
    struct arena *arena = arena_create();
    void *first = arena_get(arena, 100), *other = arena_get(arena, 200);
    memset(first, 0xff, 100);
    arena_put(arena, first, 100);
    cr_assert_neq(arena_get(arena, 200), other, "that is still in use");
    unsigned char *again = arena_get(arena, 97); /* as many units of 16 */
    cr_assert_eq((void *)again, first);
    cr_assert(is_zero(again, 97));
    cr_assert_neq(arena_get(arena, 100), first, "it is in use again");
    arena_destroy(arena);
}

Test(arena, nothing_and_what_is_large_can_be_given_back)
{
    struct arena *arena = arena_create();
    unsigned char *other = arena_get(arena, 1 << 20);
    arena_put(arena, NULL, 100);
    arena_put(arena, arena_get(arena, 1 << 20), 1 << 20);
    cr_assert_not_null(arena_get(arena, 1 << 20));
    cr_assert(is_zero(other, 1 << 20));
    arena_destroy(arena);
    arena_destroy(NULL);
}

Test(arena, processes_see_the_same_at_the_same_address)
{
    struct arena *arena = arena_create();
    char **shared = arena_get(arena, sizeof(*shared));
    pid_t pid = fork();
    if (pid == 0) {
        *shared = strcpy(arena_get(arena, 6), "hello");
        _exit(0);
    }
    cr_assert_eq(reap(pid), 0);
    cr_assert_str_eq(*shared, "hello");
    cr_assert_neq(arena_get(arena, 6), *shared);
    arena_destroy(arena);
}

/* It can be told by what it puts into the environment. */
static bool is_under_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "vgpreload");
}

static void limit_address_space(size_t len)
{
    if (__asan_init || is_under_valgrind())
        SKIP("what looks at each access to memory needs more address space");
    const struct rlimit limit = {len, len};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

Test(arena, where_address_space_is_limited_it_is_smaller_and_ends)
{
    limit_address_space((size_t)1 << 30);
    struct arena *arena = arena_create();
    cr_assert_not_null(arena);
    size_t got = 0;
    while (got <= 1 << 10 && arena_get(arena, 1 << 20))
        got++;
    cr_assert_gt(got, 10);
    cr_assert_leq(got, 1 << 10);
    arena_destroy(arena);
}

Test(arena, where_there_is_no_address_space_there_is_none)
{
    limit_address_space(1 << 20);
    cr_assert_null(arena_create());
}
