/* SPDX-License-Identifier: MIT */
/* Finds the copies that other processes are making, by what /proc shows of them. */
#pragma once

#include "move/share.h"

#include <stdbool.h>

/* One process that is copying, at the moment it was looked at. */
struct sighting {
    pid_t pid;
    bool stopped;        /* by a signal */
    char dir[PATH_MAX];  /* its working directory, from which its names count; "": not known */
    struct share *share; /* what it shares with its workers; NULL: nothing (yet) */
};

/* Finds those of this user, or process `only` if that isn't 0. Returns how many, in ascending order
 * of pid, or -errno. *sightings is allocated. */
int sighting_all(pid_t only, struct sighting **sightings);
void sighting_release(struct sighting *sightings, int count);

/* Checks and takes the bytes of a share: NULL if they are none that this program can read. Frees
 * them in that case. */
struct share *sighting_share(void *bytes, size_t len);
