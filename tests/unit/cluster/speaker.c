/* SPDX-License-Identifier: MIT */
#include "cluster/speaker.h"
#include "base/signals.h"
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Rank 0 has ended everything. */
static bool receive_end(void *arg, unsigned *node, struct letter *letter)
{
    (void)arg;
    *node = 0;
    *letter = (struct letter){.message = {.kind = MESSAGE_END}, .text = calloc(1, 1)};
    return true;
}

static const struct wire wire = {
    .ranks = 2, .rank = 1, .nodes = 2, .node = 1, .speaks = true, .receive = receive_end};

static pid_t fork_copier(void)
{
    pid_t pid = fork();
    while (pid == 0)
        pause();
    return pid;
}

/* The signal comes when there is a copier; 0: none. */
static int run(int sig)
{
    int ends[2];
    struct grants *grants = grants_create(false);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pid_t copier = fork_copier();
    signals_install();
    raise(sig);
    return speaker_run(&wire, copier, ends[0], grants, "there");
}

TestSuite(speaker, .timeout = 60);

Test(speaker, another_rank_than_0_ends_well)
{
    cr_assert_eq(run(0), 0);
}

Test(speaker, unless_it_was_asked_to_stop)
{
    cr_assert_eq(run(SIGTERM), 128 + SIGTERM);
}
