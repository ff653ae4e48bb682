/* SPDX-License-Identifier: MIT */
#include "move/headway.h"
#include "support.h"

#include <sys/wait.h>

TestSuite(headway, .timeout = 60);

Test(headway, it_begins_with_nothing_done_and_all_operands_to_be_looked_at)
{
    struct headway *h = headway_create("src", 3, "dst");
    cr_assert_not_null(h);
    cr_assert_eq(memcmp(h->magic, HEADWAY_MAGIC, sizeof(h->magic)), 0);
    cr_assert_eq(h->version, HEADWAY_VERSION);
    cr_assert_eq(h->sources, 3);
    cr_assert_gt(h->start, 0);
    cr_assert_eq(h->jobs, 1);
    cr_assert_eq(h->unfinished, 1);
    cr_assert_eq(h->entries + h->found + h->bytes + h->size, 0);
    cr_assert_str_eq(h->src, "src");
    cr_assert_str_eq(h->dst, "dst");
    headway_destroy(h);
    headway_destroy(NULL);
}

Test(headway, names_that_are_too_long_are_cut)
{
    static char name[2 * PATH_MAX];
    memset(name, 'x', sizeof(name) - 1);
    struct headway *h = headway_create(name, 1, name);
    cr_assert_eq(strlen(h->src), PATH_MAX - 1);
    cr_assert_eq(strlen(h->dst), PATH_MAX - 1);
    headway_destroy(h);
}

Test(headway, all_processes_count_in_it)
{
    struct headway *h = headway_create("src", 1, "dst");
    pid_t pids[4];
    for (size_t i = 0; i < LENGTH(pids); i++) {
        pids[i] = fork();
        for (int k = 0; pids[i] == 0 && k < 10000; k++)
            h->entries++;
        if (pids[i] == 0)
            _exit(0);
    }
    for (size_t i = 0; i < LENGTH(pids); i++)
        waitpid(pids[i], NULL, 0);
    cr_assert_eq(h->entries, 40000);
    headway_destroy(h);
}

Test(headway, others_can_read_it_and_not_write_to_it)
{
    struct headway *h = headway_create("src", 1, "dst");
    char byte = 'x', magic[sizeof(h->magic)];
    if (h->fd < 0)
        SKIP("there is no memory that others can look at");
    cr_assert_eq(pread(h->fd, magic, sizeof(magic), 0), (ssize_t)sizeof(magic));
    cr_assert_eq(memcmp(magic, HEADWAY_MAGIC, sizeof(magic)), 0);
    cr_assert_eq(pwrite(h->fd, &byte, 1, 0), -1);
    cr_assert_eq(ftruncate(h->fd, 0), -1);
    h->entries++; /* its owner goes on */
    headway_destroy(h);
}

Test(headway, a_process_that_hides_it_still_counts)
{
    struct headway *h = headway_create("src", 1, "dst");
    pid_t pid = fork();
    if (pid == 0) {
        headway_hide(h);
        h->entries++;
        _exit(fcntl(h->fd, F_GETFD) < 0 ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    cr_assert_eq(status, 0);
    cr_assert_eq(h->entries, 1);
    cr_assert(h->fd < 0 || fcntl(h->fd, F_GETFD) >= 0, "its parent has it open");
    headway_destroy(h);
}
