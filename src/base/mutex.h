/* SPDX-License-Identifier: MIT */
/* A mutex in memory that several processes share. */
#pragma once

#include <pthread.h>

/* Robust: when its owner is killed, the next one to lock it gets EOWNERDEAD. */
static inline void mutex_share(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}
