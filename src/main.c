/* SPDX-License-Identifier: MIT */
#include "base/diag.h"
#include "base/io.h"
#include "base/signals.h"
#include "cli/options.h"
#include "cli/recheck.h"
#include "cli/report.h"
#include "cli/status.h"
#include "cluster/launcher.h"
#include "tree/program.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Becomes the program that speaks MPI. */
static int enter(const struct launch *launch, char **argv)
{
    launcher_enter(launch, argv);
    if (launch->rank == 0)
        diag_print("--mpi: neither mpcp-openmpi nor mpcp-mpich is in mpcp's own directory or in "
                   "%s: install "
                   "the package mpcp-mpi, or libopenmpi-dev or libmpich-dev, and build mpcp again",
                   launcher_directory);
    return STATUS_USAGE;
}

/* Whoever starts several of the same kind on purpose knows -q. */
static void hint(const struct launch *launch, const struct options *options)
{
    if (launch->ranks > 1 && launch->rank == 0 && !options->quiet && !diag_is_cp())
        diag_print(
            "each of the %u ranks makes this copy by itself; with --mpi they make it together",
            launch->ranks);
}

static int run(const struct launch *launch, const struct options *options, char **argv)
{
    if (options->status && options->mpi && launch->rank > 0)
        return STATUS_COPIED; /* the first rank has shown it */
    if (options->status)
        return status_print(options->operands, options->json);
    if (options->check_file)
        return recheck_run(options);
    if (options->mpi)
        return enter(launch, argv);
    hint(launch, options);
    return program_copy(options);
}

/* Keeps what is written there from reaching anybody. Returns what it was before, or -1. */
static int silence(int fd, int nowhere)
{
    int kept = nowhere >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (kept >= 0)
        dup2(nowhere, fd);
    return kept;
}

static void restore(int fd, int *kept)
{
    if (*kept >= 0)
        dup2(*kept, fd);
    io_close(kept);
}

/* Is it one of several ranks, of which only the first prints anything? */
static bool is_mute(const struct launch *launch, int argc, char **argv)
{
    bool mute = false;
    for (int i = 1; i < argc && launch->rank > 0; i++)
        mute |= strcmp(argv[i], "--mpi") == 0;
    return mute;
}

/* Help, and what is wrong with a command line that all ranks were given, is printed by the
 * first. */
static bool parse(bool mute, int argc, char **argv, struct options *options, int *status)
{
    int nowhere = mute ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    int out = silence(STDOUT_FILENO, nowhere), err = silence(STDERR_FILENO, nowhere);
    bool parsed = options_parse(argc, argv, options, status);
    if (nowhere >= 0)
        fflush(stdout);
    restore(STDOUT_FILENO, &out);
    restore(STDERR_FILENO, &err);
    io_close(&nowhere);
    return parsed;
}

int main(int argc, char **argv)
{
    const struct launch launch = launcher_look();
    const bool mute = is_mute(&launch, argc, argv);
    struct options options;
    int status;
    if (io_occupy_standard_fds() < 0)
        return STATUS_FAILED;
    /* One write per line; and printing without a buffer takes 8 KiB of a stack that may be
     * small. */
    setvbuf(stderr, NULL, _IOLBF, 0);
    signals_install();
    if (parse(mute, argc, argv, &options, &status))
        status = run(&launch, &options, argv);
    options_release(&options);
    if (status == STATUS_USAGE && mute)
        launcher_let_first_speak(&launch);
    status = options_exit_status(report_close(status));
    if (signals_fatal())
        signals_die(signals_fatal());
    return status;
}
