/* SPDX-License-Identifier: MIT */
/*
 * The signals that end a copy (SIGINT, SIGTERM, SIGHUP, SIGQUIT), the one that asks for a status
 * line (SIGUSR1), and the ticks that interrupt blocking calls. Handlers only set flags; they are
 * installed without SA_RESTART, so that a blocking call returns EINTR and its caller looks at the
 * flags.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

/* Installs the handlers. SIGPIPE and SIGXFSZ are ignored, so that they come back as EPIPE and
 * EFBIG, and an inherited SIG_IGN of SIGCHLD is undone, as it would lose the workers' exit status.
 * A signal that was ignored at the start (nohup) stays ignored. */
void signals_install(void);

/* From then on, a signal that asks to stop is heeded only if it comes from the parent, or if the
 * parent is gone. */
void signals_heed_only(pid_t parent);

/* The signal that asks the program to end, 0 while there is none. */
int signals_fatal(void);

/* Is this one of those that ask a process to stop? */
bool signals_ask_to_stop(int sig);

/* True once after each SIGUSR1; and whether it would be true. */
bool signals_take_status_request(void);
bool signals_status_requested(void);

/* Starts (true) or stops a tick 10 times per second: SIGALRM, which only interrupts calls. */
void signals_tick(bool on);

/* Blocks all of the above until signals_unblock(&old). What is forked in between keeps them
 * blocked. */
void signals_block(sigset_t *old);
void signals_unblock(const sigset_t *old);

/* Blocks only those that should go unnoticed, SIGUSR1 and the ticks, until signals_unblock(&old):
 * for what loses its bytes when a call is interrupted, as stdio does. */
void signals_block_harmless(sigset_t *old);

/* Ends this process by signal `sig`, as if it had never been caught. */
_Noreturn void signals_die(int sig);
