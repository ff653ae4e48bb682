/* SPDX-License-Identifier: MIT */
/*
 * One copy at a time to one destination. The lock is an abstract socket (unix(7)) bound to a name
 * made of the destination: unlike a lock file, it needs no place to be written to and no removal,
 * and vanishes with its process however that ends. It holds among the processes of one network
 * namespace; those elsewhere, and other machines, are kept apart by the journal's own lock when
 * they resume, and do no harm when they stage.
 */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

/* The destination to be locked: `name` below the directory dir_fd; or, if st isn't NULL, the device
 * or the file with several names that it describes. Returns a descriptor that holds the lock until
 * it is closed; -EBUSY if another process of this user or of root has it, with its pid in *holder;
 * or another -errno where there are no such locks. */
int lock_take(int dir_fd, const char *name, const struct stat *st, pid_t *holder);

/* Locks the file of fd, which is open for writing, against others who write to it: only those who
 * may write to it can have that lock, so no stranger can be in the way. It is held until the last
 * descriptor made from this one is closed, including those of forked children. Returns 0, or -EBUSY
 * if another process has it locked; 0, too, where there are no such locks. */
int lock_file(int fd);
