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

/* For a rank that is about to fail, as all do: waits a moment, unless it is the first. That one
 * says why, but a launcher may end it as soon as another one has failed. */
void launcher_let_first_speak(const struct launch *launch);

/* Where those programs are installed. */
extern const char launcher_directory[];
