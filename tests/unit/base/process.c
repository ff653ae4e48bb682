/* SPDX-License-Identifier: MIT */
#include "base/process.h"
#include "support.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

Test(process, one_that_runs_is_not_dead)
{
    cr_assert_not(process_is_dead(getpid()));
    if (geteuid() == 0)
        cr_assert_not(process_is_dead(1), "of another user, perhaps");
}

Test(process, one_that_has_ended_is_dead_before_its_parent_knows_and_afterwards)
{
    siginfo_t info;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    cr_assert(process_is_dead(pid));
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    cr_assert(process_is_dead(pid));
}
