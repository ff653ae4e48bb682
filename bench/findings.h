/* SPDX-License-Identifier: MIT */
/* Everything that one bench has measured, as the table, the JSON and the plot read it. */
#pragma once

#include "machine.h"
#include "series.h"

struct findings {
    const struct settings *settings;
    struct machine machine;
    struct series series[SETTINGS_SUBJECTS]; /* one for each */
    size_t count;
};
