/* SPDX-License-Identifier: MIT */
/* What launchers of MPI programs (mpirun, mpiexec, srun) put into the environment, and the program
 * that speaks MPI: this one neither links nor loads MPI. */
#pragma once

#include <stdbool.h>

struct launch {
    unsigned ranks; /* how many were launched together; 0: not by any known launcher */
    unsigned rank;
    const char *mpi; /* whose launcher it is, as in the program's name: "openmpi", "mpich"; NULL:
                        that can't be told */
};

struct launch launcher_look(void);

/*
 * Becomes the program that speaks MPI: of those that were built, the one for that launcher, next to
 * this one, or where it was installed. Returns only if there is none that can be executed.
 */
void launcher_enter(const struct launch *launch, char **argv);

/* Where those programs are installed. */
extern const char launcher_directory[];
