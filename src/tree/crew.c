/* SPDX-License-Identifier: MIT */
#include "tree/crew.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/signals.h"
#include "tree/capture.h"
#include "tree/envoy.h"
#include "tree/line.h"
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
    PACKET = DIAG_PART + 1, /* bytes; one more than what may be sent at once */
};

enum { OUT = HAND_OUT, ERR = HAND_ERR, OUTPUTS };

struct crew {
    struct hand *hand;
    pid_t pids[MOST], senders[MOST]; /* the latter as they were forked */
    unsigned count;
    bool ended[OUTPUTS]; /* nobody writes to these any more */
    int lines[OUTPUTS];  /* what they write to stdout and stderr: a packet is a line, or part of one
                          */
    char *packet;
    struct line begun[OUTPUTS][MOST]; /* lines of which they have sent the beginning */
    struct doing *doing;              /* of each, in memory that all of them see */
    bool lost;                        /* one of them was killed */
};

enum { ENDED = 0, KILLED = -1 }; /* instead of a pid */
enum { NEVER_BEGAN = 3 };        /* exit status: nothing is lost */

/* What lies in memory that all of them see remains. */
static void release(struct crew *c)
{
    for (int i = 0; i < OUTPUTS; i++)
        for (unsigned k = 0; k < c->count; k++)
            line_clear(&c->begun[i][k]);
    free(c->packet);
    free(c);
}

/* --- one of its processes --- */

/* What is printed there goes out in whole lines, each in one packet, or in several, of which the
 * last ends the line. */
static bool connect_outputs(const int ends[2])
{
    static char buffer[DIAG_PART];
    fflush(stdout);
    setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
    return dup2(ends[0], STDOUT_FILENO) >= 0 && dup2(ends[1], STDERR_FILENO) >= 0;
}

static _Noreturn void live(struct crew *c, const int ends[2], void (*work)(struct hand *),
                           pid_t parent)
{
    struct hand own = *c->hand;
    own.alone = false;
    own.progress = NULL;
    own.others = NULL;
    own.envoy = NULL;
    own.doing = &c->doing[c->count];
    release(c);                       /* that is the parent's job */
    signal(SIGUSR1, SIG_IGN);         /* the parent answers it */
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
    struct hand *h = c->hand;
    if (h->envoy && envoy_relays(h->envoy))
        envoy_relay(h->envoy, i, line, len);
    else
        hand_print(h, i, line, len);
}

/* Whose packet was received with that. */
static struct line *find_line(struct crew *c, int i, struct msghdr *message)
{
    const struct cmsghdr *head = CMSG_FIRSTHDR(message);
    struct ucred sender = {0};
    if (head && head->cmsg_type == SCM_CREDENTIALS)
        memcpy(&sender, CMSG_DATA(head), sizeof(sender));
    for (unsigned k = 0; k < c->count; k++)
        if (c->senders[k] == sender.pid)
            return &c->begun[i][k];
    return NULL;
}

/* A line is written when its end has come. Without memory for its beginning, that is written
 * first. */
static void add_packet(struct crew *c, int i, struct line *line, size_t len)
{
    bool ends = c->packet[len - 1] == '\n';
    if (!line || (ends && !line->text) || !line_add(line, c->packet, len)) {
        write_line(c, i, c->packet, len);
    } else if (ends) {
        write_line(c, i, line->text, line->len);
        line_clear(line);
    }
}

enum relayed { RELAYED, NOTHING_THERE, AT_END };

static enum relayed relay_one(struct crew *c, int i)
{
    _Alignas(struct cmsghdr) char credentials[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec packet = {c->packet, PACKET};
    struct msghdr message = {.msg_iov = &packet,
                             .msg_iovlen = 1,
                             .msg_control = credentials,
                             .msg_controllen = sizeof(credentials)};
    ssize_t n = recvmsg(c->lines[i], &message, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return NOTHING_THERE;
    if (n <= 0)
        return AT_END;
    add_packet(c, i, find_line(c, i, &message), (size_t)n);
    return RELAYED;
}

static bool can_relay(const struct crew *c)
{
    const struct envoy *envoy = c->hand->envoy;
    return !envoy || !envoy_relays(envoy) || envoy_can_relay(envoy);
}

/* Prints what they have said so far, unless it is very much. Was that all? */
static bool relay_all(struct crew *c)
{
    enum { AT_ONCE = 1024 }; /* lines */
    bool all = true;
    for (int i = 0; i < OUTPUTS; i++) {
        enum relayed got = c->ended[i] ? AT_END : RELAYED;
        for (int n = 0; got == RELAYED && n < AT_ONCE && can_relay(c); n++)
            got = relay_one(c, i);
        c->ended[i] = got == AT_END;
        all &= got != RELAYED;
    }
    return all;
}

/* A killed process will never end its task, which the others would wait for. */
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

static void pass_signal_on(struct crew *c, int sig)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->pids[i] > 0) {
            kill(c->pids[i], sig);
            kill(c->pids[i], SIGCONT); /* a stopped one couldn't heed it */
        }
}

/* The signal that asks all of them to stop; 0: none. */
static int reason_to_stop(const struct crew *c)
{
    const struct envoy *envoy = c->hand->envoy;
    return signals_fatal() ? signals_fatal() : envoy && envoy_is_stopped(envoy) ? SIGTERM : 0;
}

/* Waits until there is something to do. */
static void wait_for_news(const struct crew *c)
{
    struct pollfd fds[OUTPUTS + ENVOY_FDS];
    const struct envoy *envoy = c->hand->envoy;
    for (int i = 0; i < OUTPUTS; i++)
        fds[i] = (struct pollfd){.fd = c->ended[i] || !can_relay(c) ? -1 : c->lines[i],
                                 .events = POLLIN};
    if (envoy)
        envoy_watch(envoy, fds + OUTPUTS);
    poll(fds, envoy ? OUTPUTS + ENVOY_FDS : OUTPUTS, envoy ? envoy_patience(envoy) : TICK_MS);
}

/* Until all of them have ended. What asks them to stop is passed on again and again: one of them
 * that has such a signal of somebody else's pending, as after ^C, doesn't get this one. */
static void attend(struct crew *c)
{
    struct hand *h = c->hand;
    while (!c->ended[OUT] || !c->ended[ERR]) {
        wait_for_news(c);
        if (h->envoy)
            envoy_note_ended(h->envoy); /* before what they said until then */
        bool all = relay_all(c);
        if (h->envoy)
            envoy_turn(h->envoy, all);
        hand_show(h);
        look_for_dead(c);
        if (reason_to_stop(c))
            pass_signal_on(c, reason_to_stop(c));
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

/* Each packet tells who has sent it. */
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

/* Their number is known while they are at work. */
static void work_together(struct crew *c)
{
    struct hand *h = c->hand;
    h->crew = c->count;
    h->headway->jobs = c->count;
    if (h->tally->jobs < c->count)
        h->tally->jobs = c->count;
    h->others = c->doing;
    attend(c);
    h->others = NULL;
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

/* What the killed processes were doing is reported as missing; those who are left can do all the
 * rest. */
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

static void relay_line(void *arg, int i, const char *line, size_t len)
{
    write_line(arg, i, line, len);
}

/* What the parent itself says about it takes the same way as all lines. */
static void tell_killed(struct crew *c)
{
    const struct envoy *envoy = c->hand->envoy;
    bool relays = envoy && envoy_relays(envoy);
    struct capture capture;
    if (relays)
        capture_begin(&capture);
    look_after_killed(c);
    if (relays)
        capture_end(&capture, relay_line, c);
}

static struct doing *share_doing(struct queue *q)
{
    queue_lock(q);
    struct doing *doing = q->broken ? NULL : arena_get(q->arena, MOST * sizeof(*doing));
    queue_unlock(q);
    return doing;
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
        tell_killed(c);
    bool whole = !c->lost;
    release(c);
    return whole;
}
