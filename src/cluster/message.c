/* SPDX-License-Identifier: MIT */
#include "cluster/message.h"
#include "base/io.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool message_is_sane(const struct message *m)
{
    return m->kind < MESSAGE_KINDS && m->size <= MESSAGE_MOST && m->off >= 0 && m->len >= 0 &&
           m->done >= 0 && m->failed <= 1;
}

/* --- announcements --- */

struct packed {
    char hidden[NAME_ROOM], witness[NAME_ROOM], leader[NODE_NAME];
    int64_t size, data, mtime_sec, mtime_nsec, ctime_sec, ctime_nsec;
    uint64_t chunk_len, count;                      /* of extents */
    uint32_t src_len, dst_len;                      /* of the paths, with their NULs */
    uint32_t recorded, known, verifies, used, kept; /* 0 or 1 */
    uint32_t nothing;                               /* 0 */
    struct extent list[];                           /* the paths follow */
};

char *message_pack(const struct announcement *a, uint32_t *size)
{
    size_t src_len = strlen(a->src) + 1, dst_len = strlen(a->dst) + 1;
    size_t list_len = a->extents.count * sizeof(struct extent);
    size_t len = sizeof(struct packed) + list_len + src_len + dst_len;
    struct packed *p = len <= MESSAGE_MOST ? calloc(1, len) : NULL;
    if (!p)
        return NULL;
    *p = (struct packed){.size = a->size,
                         .data = a->extents.bytes,
                         .mtime_sec = a->mtime.tv_sec,
                         .mtime_nsec = a->mtime.tv_nsec,
                         .ctime_sec = a->ctime.tv_sec,
                         .ctime_nsec = a->ctime.tv_nsec,
                         .chunk_len = a->chunk_len,
                         .count = a->extents.count,
                         .src_len = (uint32_t)src_len,
                         .dst_len = (uint32_t)dst_len,
                         .recorded = a->recorded,
                         .known = a->known,
                         .verifies = a->verifies,
                         .used = a->used,
                         .kept = a->kept};
    memcpy(p->hidden, a->hidden, sizeof(p->hidden));
    memcpy(p->witness, a->witness, sizeof(p->witness));
    memcpy(p->leader, a->leader, sizeof(p->leader));
    if (list_len > 0)
        memcpy(p->list, a->extents.list, list_len);
    char *paths = (char *)p->list + list_len;
    memcpy(paths, a->src, src_len);
    memcpy(paths + src_len, a->dst, dst_len);
    *size = (uint32_t)len;
    return (char *)p;
}

/* In ascending order in the row, and in the file, and nothing beyond its end. */
static bool are_extents_sane(const struct extents *e, off_t size)
{
    off_t end = 0, bytes = 0;
    for (size_t i = 0; i < e->count; i++) {
        const struct extent *one = &e->list[i];
        if (one->off < end || one->len <= 0 || one->len > size - one->off || one->data_off != bytes)
            return false;
        end = one->off + one->len;
        bytes += one->len;
    }
    return bytes == e->bytes;
}

static bool is_name(const char name[NAME_ROOM])
{
    return memchr(name, '\0', NAME_ROOM) && !strchr(name, '/');
}

static bool is_packed(const struct packed *p, const char *text, uint32_t size)
{
    if (size < sizeof(*p) || p->count > EXTENT_MAX || p->src_len < 1 || p->dst_len < 1 ||
        p->size < 0 || p->chunk_len < 1 || p->chunk_len > 1 << 30)
        return false;
    if (p->recorded > 1 || p->known > p->recorded || p->verifies > p->known || p->used > 1 ||
        p->kept > p->recorded || p->nothing != 0)
        return false;
    size_t list_len = p->count * sizeof(struct extent);
    bool exact = sizeof(*p) + list_len + p->src_len + p->dst_len == size;
    return exact && text[size - 1] == '\0' && text[size - p->dst_len - 1] == '\0' &&
           is_name(p->hidden) && is_name(p->witness) && memchr(p->leader, '\0', sizeof(p->leader));
}

bool message_unpack(const char *text, uint32_t size, struct announcement *a)
{
    const struct packed *p = (const void *)text;
    if (!text || !is_packed(p, text, size))
        return false;
    size_t list_len = p->count * sizeof(struct extent);
    const char *paths = (const char *)p->list + list_len;
    *a = (struct announcement){.src = paths,
                               .dst = paths + p->src_len,
                               .size = p->size,
                               .mtime = {p->mtime_sec, p->mtime_nsec},
                               .ctime = {p->ctime_sec, p->ctime_nsec},
                               .chunk_len = p->chunk_len,
                               .recorded = p->recorded,
                               .known = p->known,
                               .verifies = p->verifies,
                               .used = p->used,
                               .kept = p->kept,
                               .extents = {.count = p->count, .bytes = p->data}};
    memcpy(a->hidden, p->hidden, sizeof(a->hidden));
    memcpy(a->witness, p->witness, sizeof(a->witness));
    memcpy(a->leader, p->leader, sizeof(a->leader));
    a->extents.list = malloc(list_len + 1);
    if (!a->extents.list)
        return false;
    memcpy(a->extents.list, p->list, list_len);
    if (are_extents_sane(&a->extents, a->size))
        return true;
    extents_release(&a->extents);
    return false;
}

/* --- over a socket --- */

/* Signals that ask to stop are heeded between messages: half a message would be useless. */
static int send_all(int fd, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = send(fd, (const char *)bytes + done, len - done, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int receive_all(int fd, void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = recv(fd, (char *)bytes + done, len - done, 0);
        if (n == 0)
            return -EPIPE;
        if (n < 0 && errno != EINTR)
            return errno == ECONNRESET ? -EPIPE : -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int message_send(int fd, const struct message *m, const void *text)
{
    int rc = send_all(fd, m, sizeof(*m));
    return !rc && m->size > 0 ? send_all(fd, text, m->size) : rc;
}

static int receive_text(int fd, struct letter *letter)
{
    size_t size = letter->message.size;
    letter->text = malloc(size + 1);
    if (!letter->text)
        return -ENOMEM;
    letter->text[size] = '\0';
    return receive_all(fd, letter->text, size);
}

int message_receive(int fd, int timeout_ms, struct letter *letter)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    *letter = (struct letter){0};
    int n = poll(&ready, 1, timeout_ms);
    if (n <= 0)
        return n == 0 || errno == EINTR ? 0 : -errno;
    int rc = receive_all(fd, &letter->message, sizeof(letter->message));
    if (!rc && !message_is_sane(&letter->message))
        rc = -EPROTO;
    if (!rc)
        rc = receive_text(fd, letter);
    if (rc < 0)
        free(letter->text);
    return rc < 0 ? rc : 1;
}
