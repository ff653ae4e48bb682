/* SPDX-License-Identifier: MIT */
/* What a measurement was made on. What can't be found out is "unknown" or 0. */
#pragma once

#include <limits.h>
#include <stdint.h>

struct machine {
    char cpu[128]; /* the model */
    unsigned cpus_online, cpus_usable;
    uint64_t memory; /* bytes */
    char kernel[256];
    char file_system[64]; /* type */
    char mount_point[PATH_MAX];
    char device[PATH_MAX];
    char mount_options[512];
};

/* Describes this machine and the file system that `dir` is on. */
void machine_describe(struct machine *machine, const char *dir);
