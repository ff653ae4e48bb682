/* SPDX-License-Identifier: MIT */
/* What "mpcp --mpi" becomes: the same program, spread over nodes by MPI. */
#include "base/diag.h"
#include "base/io.h"
#include "base/signals.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cluster/copier.h"
#include "cluster/launcher.h"
#include "cluster/speaker.h"
#include "tree/guest.h"
#include "tree/program.h"
#include "wire_mpi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- the copier --- */

static struct options options_for(void *arg, const struct partners *partners, unsigned jobs)
{
    struct options options = *(const struct options *)arg;
    if (options.rules.wishes.jobs == 0)
        options.rules.wishes.jobs = jobs;
    options.rules.partners = partners;
    return options;
}

static int copy(void *arg, const struct partners *partners, unsigned jobs)
{
    const struct options options = options_for(arg, partners, jobs);
    return options_exit_status(report_close(program_copy(&options)));
}

static int join_tree(void *arg, const struct partners *partners, unsigned jobs,
                     const struct parcel *first)
{
    const struct options options = options_for(arg, partners, jobs);
    return guest_run(&options, first);
}

/* It outlives its speaker only to clean up. */
static _Noreturn void be_copier(struct options *options, int socket, struct grants *grants,
                                pid_t speaker)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != speaker)
        _exit(STATUS_FAILED);
    const struct copier_programs programs = {.lead = copy, .join_tree = join_tree, .arg = options};
    int status = copier_run(socket, grants, &options->rules, &programs);
    if (signals_fatal())
        signals_die(signals_fatal());
    _exit(status);
}

/* Must be called before MPI begins: afterwards a process may only be forked to execute another
 * program. */
static pid_t fork_copier(struct options *options, int *socket, struct grants *grants)
{
    int ends[2];
    if (!grants || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    pid_t speaker = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        io_close(&ends[0]);
        be_copier(options, ends[1], grants, speaker);
    }
    io_close(&ends[1]);
    *socket = ends[0];
    return pid;
}

/* --- the speaker --- */

static struct start look(int argc, char **argv, const struct options *o)
{
    int sources = o->target_directory ? o->operand_count : o->operand_count - 1;
    return start_look(argc, argv, (const char *const *)o->operands, sources);
}

/* Under a launcher of another kind than what was built, every rank thinks that it is alone. */
static bool is_launched_by_another(const struct wire *wire)
{
    struct launch launch = launcher_look();
    if (wire->ranks > 1 || launch.ranks <= 1)
        return false;
    if (launch.rank == 0)
        diag_print(
            "--mpi: the launcher has started %u ranks that don't see each other: it belongs to "
            "another MPI than those that mpcp was built with",
            launch.ranks);
    launcher_let_first_speak(&launch);
    return true;
}

static int speak(pid_t copier, int socket, struct grants *grants, const struct start *start)
{
    struct wire wire;
    struct wire_mpi *mpi = wire_mpi_open(&wire);
    if (!mpi) {
        diag_print("%s", strerror(ENOMEM));
        return STATUS_FAILED; /* the launcher ends the others */
    }
    int status = STATUS_USAGE;
    bool fits = !is_launched_by_another(&wire) && wire_mpi_compare(mpi, start);
    if (fits) {
        wire_mpi_share_cpus(mpi, copier);
        status = speaker_run(&wire, copier, socket, grants, start->node);
    }
    wire_mpi_close(mpi);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct grants *grants;
    int status, socket = -1;
    if (io_occupy_standard_fds() < 0)
        return STATUS_FAILED;
    setvbuf(stderr, NULL, _IOLBF, 0);
    signals_install();
    if (!options_parse(argc, argv, &options, &status)) {
        options_release(&options);
        return status;
    }
    struct start start = look(argc, argv, &options);
    grants = grants_create(options.rules.wishes.verify || options.rules.wishes.resume);
    pid_t copier = fork_copier(&options, &socket, grants);
    if (copier < 0) {
        diag_print("%s", strerror(errno));
        return STATUS_FAILED;
    }
    status = speak(copier, socket, grants, &start);
    options_release(&options);
    grants_destroy(grants);
    return status;
}
