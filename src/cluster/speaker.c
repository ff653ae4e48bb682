/* SPDX-License-Identifier: MIT */
#include "cluster/speaker.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/signals.h"
#include "cluster/conversation.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* A nap while something is going on, and while nothing is, which may be for hours. */
enum { NAP_NS = 500000, LONG_NAP_NS = 10000000 };

/* Seconds. A copier that is asked to stop has this long to do so in good order. */
static const double grace = 5;

/* Seconds. For this long after a parcel, another one is expected. */
static const double lively = 2;

/* --- the copier's end --- */

/* Only rank 0's would have said why. */
static void lose_copier(struct speaker *s, int status)
{
    bool killed = WIFSIGNALED(status) && !signals_ask_to_stop(WTERMSIG(status));
    verdict_on_death(s->death, sizeof(s->death), s->copier, status, s->node);
    if (s->wire->node == 0 && killed)
        diag_print("%s", s->death);
    s->copier = 0;
    s->status = WIFEXITED(status) ? WEXITSTATUS(status) : killed ? 1 : 128 + WTERMSIG(status);
    io_close(&s->socket);
    conversation_tell_loss(s);
}

static void look_after_copier(struct speaker *s)
{
    int status;
    if (!s->copier || waitpid(s->copier, &status, WNOHANG) != s->copier)
        return;
    conversation_hear_copier(s); /* its last words */
    lose_copier(s, status);
}

/* --- all of it --- */

static void nap(const struct speaker *s, bool heard)
{
    bool busy = s->member.busy || s->leads || clock_seconds() - s->carried < lively;
    const struct timespec nap = {.tv_nsec = busy ? NAP_NS : LONG_NAP_NS};
    if (!heard)
        nanosleep(&nap, NULL);
}

/* A signal that asks to stop is left to the copier, which passes it on as needed. If it doesn't, or
 * there is none, the launcher ends the others when this process is gone. */
static void heed_signals(struct speaker *s)
{
    if (!signals_fatal() || s->ended)
        return;
    if (s->asked == 0) {
        s->asked = clock_seconds();
        if (s->copier)
            kill(s->copier, signals_fatal());
    }
    if (!s->wire->speaks || clock_seconds() - s->asked > grace)
        signals_die(signals_fatal());
}

/* Rank 0 ends everything when its copier has ended, and nobody has a file open for it any more. */
static void look_for_end(struct speaker *s)
{
    conversation_conclude(s);
    if (s->wire->rank != 0 || s->copier || s->leads || s->ended)
        return;
    s->ended = true;
    s->wire->end(s->wire->arg);
}

static void run(struct speaker *s)
{
    while (!s->ended) {
        bool heard = conversation_hear_nodes(s);
        heard |= conversation_hear_copier(s);
        conversation_say(s);
        look_after_copier(s);
        heed_signals(s);
        look_for_end(s);
        nap(s, heard);
    }
}

static void start_copier(struct speaker *s)
{
    const struct message start = {.kind = MESSAGE_START,
                                  .jobs = s->wire->ranks_here,
                                  .nodes = s->wire->nodes,
                                  .off = s->wire->node,
                                  .failed = !s->wire->speaks,
                                  .size = (uint32_t)strlen(s->node)};
    conversation_tell_copier(s, &start, s->node);
}

/* Nobody waits for what it still does, but it may have something to clean up. */
static void end_copier(struct speaker *s)
{
    const struct timespec nap = {.tv_nsec = LONG_NAP_NS};
    double start = clock_seconds();
    int status, ended = 0;
    if (!s->copier)
        return;
    io_close(&s->socket);
    kill(s->copier, SIGTERM);
    while (!ended && clock_seconds() - start < grace) {
        nanosleep(&nap, NULL);
        ended = waitpid(s->copier, &status, WNOHANG);
    }
    if (ended)
        return;
    kill(s->copier, SIGKILL);
    while (waitpid(s->copier, &status, 0) < 0 && errno == EINTR)
        ;
}

/* Rank 0's says how the copy has ended. But Hydra, asked to stop, often ends as another one does.
 */
static int status_of(const struct speaker *s)
{
    return s->wire->rank == 0 ? s->status : signals_fatal() ? 128 + signals_fatal() : 0;
}

int speaker_run(const struct wire *wire, pid_t copier, int socket, struct grants *grants,
                const char *node)
{
    struct speaker s = {
        .wire = wire, .node = node, .copier = copier, .socket = socket, .grants = grants};
    if (verdict_init(&s.verdict, wire->nodes) < 0 || dealer_init(&s.dealer, wire->nodes) < 0 ||
        hashes_init(&s.hashes, grants->records) < 0) {
        diag_print("%s", strerror(ENOMEM));
        s.status = 1;
    } else {
        start_copier(&s);
        run(&s);
    }
    end_copier(&s);
    verdict_release(&s.verdict);
    dealer_release(&s.dealer);
    hashes_release(&s.hashes);
    return status_of(&s);
}
