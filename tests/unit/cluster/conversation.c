/* SPDX-License-Identifier: MIT */
#include "cluster/conversation.h"
#include "support.h"

#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char sentence[] = "the copy was asked to stop (on node there)";
static unsigned arriving; /* so many nodes still say that they were asked to stop */
static int ends[2];       /* the speaker's, and its copier's */

static bool receive(void *arg, unsigned *node, struct letter *letter)
{
    (void)arg;
    if (arriving == 0)
        return false;
    *node = arriving--;
    letter->message =
        (struct message){.kind = MESSAGE_LOST, .failed = 1, .size = (uint32_t)strlen(sentence)};
    letter->text = strdup(sentence);
    return true;
}

static const struct wire wire = {.ranks = 3, .nodes = 3, .speaks = true, .receive = receive};

/* Waits for a signal. */
static pid_t fork_copier(void)
{
    pid_t pid = fork();
    while (pid == 0)
        pause();
    return pid;
}

static void assert_hears_loss_of(unsigned node)
{
    struct letter letter;
    cr_assert_eq(message_receive(ends[1], 0, &letter), 1);
    cr_assert_eq(letter.message.kind, MESSAGE_LOST);
    cr_assert_eq(letter.message.nodes, node);
    free(letter.text);
}

static void begin(void)
{
    cr_redirect_stderr();
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    arriving = 2;
}

TestSuite(conversation, .init = begin, .timeout = 60);

Test(conversation, nodes_that_were_asked_to_stop_stop_all_which_is_said_once)
{
    int status;
    struct speaker s = {.wire = &wire, .copier = fork_copier(), .socket = ends[0]};
    conversation_hear_nodes(&s);
    cr_assert_eq(waitpid(s.copier, &status, 0), s.copier);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    fflush(stderr);
    cr_assert_stderr_eq_str("mpcp: the copy was asked to stop (on node there)\n");
}

Test(conversation, the_copier_hears_that_nodes_are_gone_though_it_was_asked_to_stop_itself)
{
    struct speaker s = {.wire = &wire, .copier = fork_copier(), .socket = ends[0], .asked = 1};
    conversation_hear_nodes(&s);
    assert_hears_loss_of(2);
    assert_hears_loss_of(1);
    kill(s.copier, SIGKILL);
    waitpid(s.copier, NULL, 0);
}
