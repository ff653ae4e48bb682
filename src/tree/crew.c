/* SPDX-License-Identifier: MIT */
#include "tree/crew.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/signals.h"
#include "tree/walk.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MOST = 256,             /* processes */
    TICK_MS = 100,          /* how often progress is shown */
    PACKET = DIAG_PART + 1, /* bytes; one more, for what sends none that is as long */
};

enum { OUT, ERR, OUTPUTS };

/* A line that one of them has sent the beginning of. */
struct rest {
    char *text; /* allocated; NULL: there is none */
    size_t len;
};

struct crew {
    struct hand *hand;
    pid_t pids[MOST], senders[MOST]; /* the latter as they were forked */
    unsigned count;
    int lines[OUTPUTS]; /* what they write to stdout and stderr: a packet is a line, or part of one
                         */
    char *packet;
    struct rest rests[OUTPUTS][MOST];
    struct doing *doing; /* of each, in memory that all see */
    bool lost;           /* one of them was killed */
};

enum { ENDED = 0, KILLED = -1 }; /* instead of a pid */
enum { NEVER_BEGAN = 3 };        /* exit status: nothing is lost */

/* --- a process of it --- */

/* What goes out there is whole lines, each in one packet, or in several of which the last ends it.
 */
static bool connect_outputs(const int ends[2])
{
    static char buffer[DIAG_PART];
    fflush(stdout);
    setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
    return dup2(ends[0], STDOUT_FILENO) >= 0 && dup2(ends[1], STDERR_FILENO) >= 0;
}

static _Noreturn void live(const struct crew *c, const int ends[2], void (*work)(struct hand *),
                           pid_t parent)
{
    struct hand own = *c->hand;
    own.alone = false;
    own.progress = NULL;
    own.doing = &c->doing[c->count];
    signal(SIGUSR1, SIG_IGN);         /* the parent answers that */
    signals_heed_only(parent);        /* which passes on what asks to stop */
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* which removes what is unfinished */
    if (getppid() != parent || !connect_outputs(ends))
        _exit(NEVER_BEGAN);
    headway_hide(own.headway);
    work(&own);
    fflush(stdout);
    _exit(0);
}

static void recruit(struct crew *c, unsigned wanted, const int ends[2], void (*work)(struct hand *))
{
    pid_t parent = getpid();
    fflush(stdout);
    while (c->count < wanted && c->count < MOST) {
        pid_t pid = fork();
        if (pid == 0)
            live(c, ends, work, parent);
        if (pid < 0)
            break;
        c->senders[c->count] = pid;
        c->pids[c->count++] = pid;
    }
}

/* --- their parent --- */

static void write_line(struct crew *c, int i, const char *line, size_t len)
{
    struct tally *tally = c->hand->tally;
    size_t written;
    progress_end(c->hand->progress);
    int rc = io_write_full(i == OUT ? STDOUT_FILENO : STDERR_FILENO, line, len, &written);
    if (rc < 0 && i == OUT && rc != -EINTR && !tally->mute) {
        tally->mute = tally->failed = true;
        diag_error(-rc, "standard output: cannot write");
    }
}

/* Whose packet was received with that. */
static struct rest *find_rest(struct crew *c, int i, struct msghdr *message)
{
    const struct cmsghdr *head = CMSG_FIRSTHDR(message);
    struct ucred sender = {0};
    if (head && head->cmsg_type == SCM_CREDENTIALS)
        memcpy(&sender, CMSG_DATA(head), sizeof(sender));
    for (unsigned k = 0; k < c->count; k++)
        if (c->senders[k] == sender.pid)
            return &c->rests[i][k];
    return NULL;
}

/* A line is written when its end is there. Without memory for its beginning, that goes ahead. */
static void add_packet(struct crew *c, int i, struct rest *rest, size_t len)
{
    bool ends = c->packet[len - 1] == '\n';
    char *text = rest && (rest->text || !ends) ? realloc(rest->text, rest->len + len) : NULL;
    if (!text) {
        write_line(c, i, c->packet, len);
        return;
    }
    memcpy(text + rest->len, c->packet, len);
    *rest = (struct rest){text, rest->len + len};
    if (!ends)
        return;
    write_line(c, i, rest->text, rest->len);
    free(rest->text);
    *rest = (struct rest){0};
}

/* Returns false at their end. */
static bool relay(struct crew *c, int i)
{
    _Alignas(struct cmsghdr) char credentials[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec packet = {c->packet, PACKET};
    struct msghdr message = {.msg_iov = &packet,
                             .msg_iovlen = 1,
                             .msg_control = credentials,
                             .msg_controllen = sizeof(credentials)};
    ssize_t n = recvmsg(c->lines[i], &message, 0);
    if (n > 0)
        add_packet(c, i, find_rest(c, i, &message), (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* A killed one will never end its task, for which the others would wait. */
static void note_end(struct crew *c, unsigned i, int status)
{
    c->pids[i] = ENDED;
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == NEVER_BEGAN))
        return;
    c->pids[i] = KILLED;
    c->lost = true;
    queue_stop(c->hand->queue);
}

static void look_for_dead(struct crew *c)
{
    int status;
    for (unsigned i = 0; i < c->count; i++)
        if (c->pids[i] > 0 && waitpid(c->pids[i], &status, WNOHANG) == c->pids[i])
            note_end(c, i, status);
}

static void pass_signal_on(struct crew *c)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->pids[i] > 0) {
            kill(c->pids[i], signals_fatal());
            kill(c->pids[i], SIGCONT); /* one that was stopped couldn't heed it */
        }
}

/* Until all of them have ended. */
static void attend(struct crew *c)
{
    struct pollfd fds[OUTPUTS] = {{.fd = c->lines[OUT], .events = POLLIN},
                                  {.fd = c->lines[ERR], .events = POLLIN}};
    bool told = false;
    while (fds[OUT].fd >= 0 || fds[ERR].fd >= 0) {
        int ready = poll(fds, OUTPUTS, TICK_MS);
        for (int i = 0; i < OUTPUTS && ready > 0; i++)
            if (fds[i].revents && !relay(c, i))
                fds[i].fd = -1;
        hand_show(c->hand);
        look_for_dead(c);
        if (signals_fatal() && !told)
            pass_signal_on(c);
        told = signals_fatal();
    }
}

static void reap(struct crew *c)
{
    for (unsigned i = 0; i < c->count; i++) {
        int status = 0;
        pid_t pid = c->pids[i];
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (pid > 0)
            note_end(c, i, status);
    }
}

/* The packets tell who has sent them. */
static bool connect_pair(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return false;
    if (setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int)) == 0)
        return true;
    io_close(&ends[0]);
    io_close(&ends[1]);
    return false;
}

/* How many there are is told while they are at work. */
static void work_together(struct crew *c)
{
    struct hand *h = c->hand;
    h->headway->jobs = c->count;
    if (h->tally->jobs < c->count)
        h->tally->jobs = c->count;
    attend(c);
    h->headway->jobs = 1;
}

static void run(struct crew *c, unsigned count, void (*work)(struct hand *))
{
    int out[2], err[2];
    if (!connect_pair(out))
        return;
    if (!connect_pair(err)) {
        io_close(&out[0]);
        io_close(&out[1]);
        return;
    }
    recruit(c, count, (int[]){out[1], err[1]}, work);
    io_close(&out[1]);
    io_close(&err[1]);
    c->lines[OUT] = out[0];
    c->lines[ERR] = err[0];
    if (c->count > 0)
        work_together(c);
    reap(c);
    io_close(&out[0]);
    io_close(&err[0]);
    progress_end(c->hand->progress);
}

/* What the killed ones were at is told as missing; all else can be done by who is left. */
static void look_after_killed(struct crew *c)
{
    struct hand *h = c->hand;
    queue_restart(h->queue);
    for (unsigned i = 0; i < c->count; i++)
        if (c->pids[i] == KILLED)
            walk_abandon(h, &c->doing[i]);
    if (!h->queue->broken) {
        twins_abandon(h->twins);
        return;
    }
    diag_error(0, "a process of the copy was killed: the rest isn't copied");
    h->tally->failed = true;
}

static struct doing *share_doing(struct queue *q)
{
    queue_lock(q);
    struct doing *doing = q->broken ? NULL : arena_get(q->arena, MOST * sizeof(*doing));
    queue_unlock(q);
    return doing;
}

static void release(struct crew *c)
{
    for (int i = 0; i < OUTPUTS; i++)
        for (unsigned k = 0; k < c->count; k++)
            free(c->rests[i][k].text);
    free(c->packet);
    free(c);
}

bool crew_run(struct hand *hand, unsigned count, void (*work)(struct hand *))
{
    struct crew *c = calloc(1, sizeof(*c)); /* it is large, and the stack may be small */
    if (!c)
        return true;
    c->hand = hand;
    c->packet = malloc(PACKET);
    c->doing = share_doing(hand->queue);
    if (c->packet && c->doing)
        run(c, count, work);
    if (c->lost && !signals_fatal())
        look_after_killed(c);
    bool whole = !c->lost;
    release(c);
    return whole;
}
