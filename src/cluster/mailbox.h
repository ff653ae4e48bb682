/* SPDX-License-Identifier: MIT */
/*
 * A copier's end of the socket to its speaker. Both may have much to say: so that they don't wait
 * for each other for ever, what arrives while something is being sent is kept.
 */
#pragma once

#include "cluster/message.h"

struct kept_letter;

/* At first all zeros except for the socket. */
struct mailbox {
    int socket;
    struct kept_letter *first, *last;
};

/* As message_send and message_receive. */
int mailbox_send(struct mailbox *mailbox, const struct message *message, const void *text);
int mailbox_receive(struct mailbox *mailbox, int timeout_ms, struct letter *letter);

/* The same for letters that are `wanted`; others are kept. */
int mailbox_receive_wanted(struct mailbox *mailbox, int timeout_ms,
                           bool (*wanted)(const struct message *), struct letter *letter);

/* Frees what was kept and never wanted. */
void mailbox_release(struct mailbox *mailbox);
