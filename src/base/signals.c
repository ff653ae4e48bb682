/* SPDX-License-Identifier: MIT */
#include "base/signals.h"
#include "base/arithmetic.h"

#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

static const int fatal_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { FATAL_COUNT = COUNT_OF(fatal_signals) };

static volatile sig_atomic_t fatal;
static volatile sig_atomic_t status_requested;

static void note_fatal(int sig)
{
    fatal = sig;
}

static pid_t heeded;

static void note_fatal_of_parent(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_pid == heeded || getppid() != heeded)
        fatal = sig;
}

static void note_status_request(int sig)
{
    (void)sig;
    status_requested = 1;
}

static void interrupt_only(int sig)
{
    (void)sig;
}

static void handle(int sig, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(sig, &action, NULL);
}

void signals_install(void)
{
    for (int i = 0; i < FATAL_COUNT; i++) {
        struct sigaction old;
        sigaction(fatal_signals[i], NULL, &old);
        if (old.sa_handler != SIG_IGN)
            handle(fatal_signals[i], note_fatal);
    }
    handle(SIGUSR1, note_status_request);
    handle(SIGALRM, interrupt_only);
    handle(SIGCHLD, SIG_DFL); /* if inherited as ignored, it would lose the workers' exit status */
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN);
}

void signals_heed_only(pid_t parent)
{
    struct sigaction old, action = {.sa_sigaction = note_fatal_of_parent, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    heeded = parent;
    for (int i = 0; i < FATAL_COUNT; i++) {
        sigaction(fatal_signals[i], NULL, &old);
        if (old.sa_handler == note_fatal)
            sigaction(fatal_signals[i], &action, NULL);
    }
}

bool signals_ask_to_stop(int sig)
{
    for (int i = 0; i < FATAL_COUNT; i++)
        if (fatal_signals[i] == sig)
            return true;
    return false;
}

int signals_fatal(void)
{
    return fatal;
}

bool signals_status_requested(void)
{
    return status_requested;
}

bool signals_take_status_request(void)
{
    bool requested = status_requested;
    status_requested = 0;
    return requested;
}

void signals_tick(bool on)
{
    enum { TENTH_US = 100000 };
    struct itimerval timer = {{0, on ? TENTH_US : 0}, {0, on ? TENTH_US : 0}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

void signals_block(sigset_t *old)
{
    sigset_t set;
    signals_block_harmless(old);
    sigemptyset(&set);
    for (int i = 0; i < FATAL_COUNT; i++)
        sigaddset(&set, fatal_signals[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

void signals_block_harmless(sigset_t *old)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, old);
}

void signals_unblock(const sigset_t *old)
{
    sigprocmask(SIG_SETMASK, old, NULL);
}

void signals_die(int sig)
{
    sigset_t set;
    handle(sig, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, sig);
    raise(sig);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    abort(); /* not reached: the default action of every signal caught here is to end the process */
}
