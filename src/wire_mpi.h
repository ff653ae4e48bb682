/* SPDX-License-Identifier: MIT */
/* The wire by MPI (version 3 or later). Nothing else here knows of MPI. */
#pragma once

#include "cluster/start.h"
#include "cluster/wire.h"

#include <stdbool.h>
#include <sys/types.h>

struct wire_mpi;

/* Begins MPI, and finds out who is there. Returns NULL if there is no memory. */
struct wire_mpi *wire_mpi_open(struct wire *wire);

/* Gives a process all CPUs that the ranks of this node together may use. */
void wire_mpi_share_cpus(struct wire_mpi *w, pid_t pid);

/* Do the ranks have in common what they must? If not, rank 0 has said what differs. */
bool wire_mpi_compare(struct wire_mpi *w, const struct start *start);

/* Ends MPI, once everything that was sent is on its way. All ranks must call it. */
void wire_mpi_close(struct wire_mpi *w);
