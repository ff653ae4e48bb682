/* SPDX-License-Identifier: MIT */
/* The control groups that this process is in, and what they set (cgroups(7), versions 1 and 2). */
#pragma once

#include <stdbool.h>

/* Calls look(dir, arg) with the directory of the process's group in the hierarchy of `controller`
 * ("cpu", "memory"), and with those of all groups above it: a limit set by any of them holds. */
void cgroup_each(const char *controller, void (*look)(const char *dir, void *arg), void *arg);

/* Reads the first line of a file of a group. Returns false if there is none. */
bool cgroup_read_line(const char *dir, const char *name, char *line, int size);

/* The number after a key, in a file of lines "key number"; 0 if there is none. */
unsigned long long cgroup_read_stat(const char *dir, const char *name, const char *key);
