/* SPDX-License-Identifier: MIT */
#include "cluster/mailbox.h"
#include "support.h"

#include <pthread.h>
#include <sys/socket.h>

static int ends[2];
static struct mailbox mailbox;

static void connect_pair(void)
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    mailbox = (struct mailbox){.socket = ends[0]};
}

static void disconnect(void)
{
    mailbox_release(&mailbox);
    close(ends[0]);
    close(ends[1]);
}

TestSuite(mailbox, .init = connect_pair, .fini = disconnect, .timeout = 60);

enum { LARGE = 4 << 20, LETTERS = 3 };

static char large[LARGE];

/* Sends before it receives anything, as the mailbox does. */
static void *speak(void *arg)
{
    struct letter letter;
    for (uint32_t i = 0; i < LETTERS; i++) {
        const struct message m = {.kind = MESSAGE_PARCEL, .round = i, .size = LARGE};
        if (message_send(ends[1], &m, large) < 0)
            return arg;
    }
    bool whole = message_receive(ends[1], -1, &letter) == 1 && letter.message.size == LARGE;
    free(letter.text);
    return whole ? NULL : arg;
}

static void assert_receives(uint32_t round)
{
    struct letter letter;
    cr_assert_eq(mailbox_receive(&mailbox, -1, &letter), 1);
    cr_assert_eq(letter.message.round, round);
    cr_assert_eq(letter.message.size, LARGE);
    free(letter.text);
}

Test(mailbox, both_may_send_more_than_the_socket_holds_and_nothing_is_lost)
{
    pthread_t thread;
    void *failed;
    const struct message m = {.kind = MESSAGE_PARCEL, .size = LARGE};
    cr_assert_eq(pthread_create(&thread, NULL, speak, &mailbox), 0);
    cr_assert_eq(mailbox_send(&mailbox, &m, large), 0);
    for (uint32_t i = 0; i < LETTERS; i++)
        assert_receives(i);
    pthread_join(thread, &failed);
    cr_assert_null(failed);
}

Test(mailbox, who_is_gone_says_nothing_any_more)
{
    struct letter letter;
    const struct message m = {.kind = MESSAGE_PARCEL};
    close(ends[1]);
    cr_assert_eq(mailbox_receive(&mailbox, -1, &letter), -EPIPE);
    cr_assert_eq(mailbox_send(&mailbox, &m, NULL), -EPIPE);
    ends[1] = -1;
}

Test(mailbox, where_nothing_has_come_nothing_is_received)
{
    struct letter letter;
    cr_assert_eq(mailbox_receive(&mailbox, 0, &letter), 0);
}
