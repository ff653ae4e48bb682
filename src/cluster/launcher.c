/* SPDX-License-Identifier: MIT */
#include "cluster/launcher.h"
#include "base/arithmetic.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const char launcher_directory[] = MPCP_LIBEXECDIR;

/* The first of which both variables are set. In a batch script, Slurm sets SLURM_NTASKS, too,
 * though it has launched only the script: the variable used here exists only in a step. Under srun,
 * either MPI may be what connects the ranks. */
static const struct {
    const char *ranks, *rank, *mpi;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "openmpi"},
    {"PMI_SIZE", "PMI_RANK", "mpich"},
    {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", NULL},
};

static bool read_number(const char *name, unsigned *number)
{
    const char *text = getenv(name);
    char *end;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;
    if (!text || end == text || *end || value > UINT_MAX)
        return false;
    *number = (unsigned)value;
    return true;
}

struct launch launcher_look(void)
{
    struct launch launch = {0};
    for (size_t i = 0; i < COUNT_OF(launchers); i++) {
        if (!read_number(launchers[i].ranks, &launch.ranks) ||
            !read_number(launchers[i].rank, &launch.rank))
            continue;
        launch.mpi = launchers[i].mpi;
        return launch;
    }
    return (struct launch){0};
}

void launcher_let_first_speak(const struct launch *launch)
{
    const struct timespec moment = {.tv_sec = 1};
    if (launch->rank > 0)
        nanosleep(&moment, NULL);
}

/* Executes DIRECTORY/mpcp-MPI, if it is there. */
static void try_program(const char *directory, const char *mpi, char **argv)
{
    char *path = NULL;
    if (directory && asprintf(&path, "%s/mpcp-%s", directory, mpi) >= 0)
        execv(path, argv);
    free(path);
}

void launcher_enter(const struct launch *launch, char **argv)
{
    const char *const every[] = {launch->mpi, "mpi", "openmpi", "mpich"};
    char *self = realpath("/proc/self/exe", NULL);
    const char *beside = self ? dirname(self) : NULL; /* as in a build directory */
    for (size_t i = launch->mpi ? 0 : 1; i < COUNT_OF(every); i++) {
        try_program(beside, every[i], argv);
        try_program(launcher_directory, every[i], argv);
    }
    free(self);
}
