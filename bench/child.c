/* SPDX-License-Identifier: MIT */
#include "child.h"
#include "base/arithmetic.h"
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double child_cpu_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

/* Reaps the child; passes on a request to end, which a terminal's Ctrl-C has already sent it. */
static int reap(pid_t pid, int *status, struct rusage *usage)
{
    while (wait4(pid, status, 0, usage) < 0) {
        if (errno != EINTR)
            return -errno;
        if (signals_fatal())
            kill(pid, SIGTERM);
    }
    return signals_fatal() ? -EINTR : 0;
}

/* The same, looking at the memory of its group now and then until it ends. */
static int reap_watched(pid_t pid, int *status, struct rusage *usage, struct together *together)
{
    const struct timespec interval = {.tv_nsec = TOGETHER_INTERVAL * 1000000L};
    for (;;) {
        pid_t ended = wait4(pid, status, WNOHANG, usage);
        if (ended != 0)
            return ended < 0 ? -errno : signals_fatal() ? -EINTR : 0;
        if (signals_fatal())
            kill(-pid, SIGTERM); /* the terminal signals only its own group */
        together_look(together, pid);
        nanosleep(&interval, NULL);
    }
}

static int judge(const char *what, int status, struct trouble *trouble)
{
    if (WIFSIGNALED(status))
        return trouble_say(trouble, EIO, "%s: killed by signal %d (%s)", what, WTERMSIG(status),
                           strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        return trouble_say(trouble, ECHILD, "%s: ended with status %d", what, WEXITSTATUS(status));
    return 0;
}

/* What this program ignores or blocks for its own sake must not change how a command behaves. Its
 * messages go to `log`. */
static int spawn(pid_t *pid, char *const argv[], int log, bool own_group)
{
    const short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t set;
    int err = posix_spawnattr_init(&attributes);
    if (err)
        return -err;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigaddset(&set, SIGPIPE);
    sigaddset(&set, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes, own_group ? flags | POSIX_SPAWN_SETPGROUP : flags);
    err = posix_spawn_file_actions_init(&actions);
    if (!err) {
        posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
        err = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    return -err;
}

/* The first line that a command printed before it failed says more than its status. */
static void quote(int log, struct trouble *trouble)
{
    char line[200] = "";
    ssize_t len = pread(log, line, sizeof(line) - 1, 0);
    line[len > 0 ? strcspn(line, "\n") : 0] = '\0';
    if (line[0])
        trouble_say(trouble, ECHILD, "%s", line);
}

int child_command(char *const argv[], struct rusage *usage, struct together *together,
                  struct trouble *trouble)
{
    pid_t pid;
    int status, log = memfd_create("messages", MFD_CLOEXEC);
    if (log < 0)
        return trouble_note(trouble, errno, argv[0]);
    int err = spawn(&pid, argv, log, together);
    if (!err) /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): it has a pid then */
        err = together ? reap_watched(pid, &status, usage, together) : reap(pid, &status, usage);
    if (err)
        err = trouble_note(trouble, -err, argv[0]);
    else if ((err = judge(argv[0], status, trouble)) == -ECHILD)
        quote(log, trouble);
    close(log);
    return err;
}

static void default_signals(void)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < COUNT_OF(caught); i++) {
        struct sigaction action;
        sigaction(caught[i], NULL, &action);
        if (action.sa_handler != SIG_IGN)
            signal(caught[i], SIG_DFL);
    }
}

int child_call(const char *what, int (*function)(void *), void *argument, struct rusage *usage,
               struct trouble *trouble)
{
    fflush(NULL); /* or the child would write it again */
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        default_signals();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        _exit(-function(argument));
    }
    if (pid < 0)
        return trouble_note(trouble, errno, what);
    int status, err = reap(pid, &status, usage);
    if (err)
        return trouble_note(trouble, -err, what);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return trouble_note(trouble, WEXITSTATUS(status), what);
    return judge(what, status, trouble);
}
