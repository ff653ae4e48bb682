/* SPDX-License-Identifier: MIT */
#pragma once

/* Seconds since some fixed moment, never set back (CLOCK_MONOTONIC). */
double clock_seconds(void);
