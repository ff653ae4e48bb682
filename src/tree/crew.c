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
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MOST = 256,            /* processes */
    TICK_MS = 100,         /* how often progress is shown */
    LINE_MOST = 160 << 10, /* bytes: more than any line has, two paths of PATH_MAX escaped */
};

struct crew {
    struct hand *hand;
    struct progress *progress;
    pid_t pids[MOST];
    unsigned count;
    int lines[2]; /* what they write to stdout and stderr: a packet is a line */
    char *line;
    struct doing *doing; /* of each, in memory that all see */
    bool lost;           /* one of them was killed */
};

enum { ENDED = 0, KILLED = -1 }; /* instead of a pid */
enum { NEVER_BEGAN = 3 };        /* exit status: nothing is lost */

/* --- a process of it --- */

/* What goes out there is whole lines, each in one packet. */
static bool connect_outputs(const int ends[2])
{
    static char buffer[LINE_MOST];
    fflush(stdout);
    setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
    return dup2(ends[0], STDOUT_FILENO) >= 0 && dup2(ends[1], STDERR_FILENO) >= 0;
}

static _Noreturn void live(const struct crew *c, const int ends[2], void (*work)(struct hand *),
                           pid_t parent)
{
    struct hand own = *c->hand;
    own.alone = false;
    own.doing = &c->doing[c->count];
    signal(SIGUSR1, SIG_IGN);         /* the parent answers that */
    signals_heed_only(parent);        /* which passes on what asks to stop */
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* which removes what is unfinished */
    if (getppid() != parent || !connect_outputs(ends))
        _exit(NEVER_BEGAN);
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
        c->pids[c->count++] = pid;
    }
}

/* --- their parent --- */

static void show(struct crew *c)
{
    char told[64];
    struct tally *t = c->hand->tally;
    snprintf(told, sizeof(told), "%lld entries", (long long)t->entries);
    c->progress->phase = told; /* progress_enter would count anew */
    progress_update(c->progress, t->bytes, -1);
    c->progress->phase = NULL;
}

/* Returns false at their end. */
static bool relay(struct crew *c, int i)
{
    size_t written;
    ssize_t n = recv(c->lines[i], c->line, LINE_MOST, 0);
    if (n <= 0)
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    progress_end(c->progress);
    int rc = io_write_full(i == 0 ? STDOUT_FILENO : STDERR_FILENO, c->line, (size_t)n, &written);
    if (rc < 0 && i == 0 && rc != -EINTR && !c->hand->tally->mute) {
        c->hand->tally->mute = true;
        hand_fail(c->hand, -rc, "standard output: cannot write");
        queue_stop(c->hand->queue);
    }
    return true;
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
    struct pollfd fds[2] = {{.fd = c->lines[0], .events = POLLIN},
                            {.fd = c->lines[1], .events = POLLIN}};
    bool told = false;
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        int ready = poll(fds, 2, TICK_MS);
        for (int i = 0; i < 2 && ready > 0; i++)
            if (fds[i].revents && !relay(c, i))
                fds[i].fd = -1;
        if (ready <= 0)
            show(c);
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

static void run(struct crew *c, unsigned count, void (*work)(struct hand *))
{
    int out[2], err[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) < 0)
        return;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, err) < 0) {
        io_close(&out[0]);
        io_close(&out[1]);
        return;
    }
    recruit(c, count, (int[]){out[1], err[1]}, work);
    io_close(&out[1]);
    io_close(&err[1]);
    c->lines[0] = out[0];
    c->lines[1] = err[0];
    if (c->count > 0)
        attend(c);
    reap(c);
    io_close(&out[0]);
    io_close(&err[0]);
    progress_end(c->progress);
}

/* What the killed ones were at is told as missing; all else can be done by who is left. */
static void look_after_killed(struct crew *c)
{
    struct hand *h = c->hand;
    if (!h->tally->mute)
        queue_restart(h->queue);
    for (unsigned i = 0; i < c->count; i++)
        if (c->pids[i] == KILLED)
            walk_abandon(h, &c->doing[i]);
    if (h->queue->broken)
        hand_fail(h, 0, "a process of the copy was killed: the rest isn't copied");
    else
        twins_abandon(h->twins);
}

static struct doing *share_doing(struct queue *q)
{
    queue_lock(q);
    struct doing *doing = q->broken ? NULL : arena_get(q->arena, MOST * sizeof(*doing));
    queue_unlock(q);
    return doing;
}

bool crew_run(struct hand *hand, unsigned count, void (*work)(struct hand *),
              struct progress *progress)
{
    struct crew c = {.hand = hand, .progress = progress, .line = malloc(LINE_MOST)};
    c.doing = share_doing(hand->queue);
    if (c.line && c.doing)
        run(&c, count, work);
    free(c.line);
    if (c.lost && !signals_fatal())
        look_after_killed(&c);
    return !c.lost;
}
