/* SPDX-License-Identifier: MIT */
/* The report as text for people. */
#pragma once

#include "report.h"

/* Where and how: one line for each fact. */
void table_print_header(FILE *file, const struct report *report);

/* One size: a row for each cell, fastest median first. README.md explains the columns. */
void table_print_series(FILE *file, const struct report *report, const struct series *series);
