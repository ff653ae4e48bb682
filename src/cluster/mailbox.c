/* SPDX-License-Identifier: MIT */
#include "cluster/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

struct kept_letter {
    struct kept_letter *next;
    struct letter letter;
};

/* Takes over the text. */
static int keep(struct mailbox *m, const struct letter *letter)
{
    struct kept_letter *kept = malloc(sizeof(*kept));
    if (!kept) {
        free(letter->text);
        return -ENOMEM;
    }
    *kept = (struct kept_letter){.letter = *letter};
    if (m->last)
        m->last->next = kept;
    else
        m->first = kept;
    m->last = kept;
    return 0;
}

static int receive_and_keep(struct mailbox *m)
{
    struct letter letter;
    int rc = message_receive(m->socket, 0, &letter);
    return rc > 0 ? keep(m, &letter) : rc;
}

/* Waits until more can be sent. */
static int make_room(struct mailbox *m)
{
    struct pollfd ready = {.fd = m->socket, .events = POLLIN | POLLOUT};
    if (poll(&ready, 1, -1) < 0)
        return errno == EINTR ? 0 : -errno;
    return ready.revents & POLLIN ? receive_and_keep(m) : 0;
}

static int send_all(struct mailbox *m, const void *bytes, size_t len)
{
    int rc = 0;
    for (size_t done = 0; !rc && done < len;) {
        ssize_t n =
            send(m->socket, (const char *)bytes + done, len - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        done += n > 0 ? (size_t)n : 0;
        if (n < 0)
            rc = make_room(m);
    }
    return rc;
}

int mailbox_send(struct mailbox *m, const struct message *message, const void *text)
{
    int rc = send_all(m, message, sizeof(*message));
    return !rc && message->size > 0 ? send_all(m, text, message->size) : rc;
}

/* Takes out the one after `before`, which is NULL for the first. */
static void take_out(struct mailbox *m, struct kept_letter *before, struct letter *letter)
{
    struct kept_letter **at = before ? &before->next : &m->first, *kept = *at;
    *letter = kept->letter;
    *at = kept->next;
    if (m->last == kept)
        m->last = before;
    free(kept);
}

int mailbox_receive(struct mailbox *m, int timeout_ms, struct letter *letter)
{
    if (!m->first)
        return message_receive(m->socket, timeout_ms, letter);
    take_out(m, NULL, letter);
    return 1;
}

int mailbox_receive_wanted(struct mailbox *m, int timeout_ms,
                           bool (*wanted)(const struct message *), struct letter *letter)
{
    struct kept_letter *before = NULL;
    for (struct kept_letter *kept = m->first; kept; before = kept, kept = kept->next)
        if (wanted(&kept->letter.message)) {
            take_out(m, before, letter);
            return 1;
        }
    int rc = message_receive(m->socket, timeout_ms, letter);
    return rc <= 0 || wanted(&letter->message) ? rc : keep(m, letter);
}

void mailbox_release(struct mailbox *m)
{
    struct letter letter;
    while (m->first && mailbox_receive(m, 0, &letter) > 0)
        free(letter.text);
}
