/* SPDX-License-Identifier: MIT */
/* The findings as text for people. */
#pragma once

#include "findings.h"

/* Where and how: one line for each fact. */
void table_print_header(FILE *file, const struct findings *findings);

/* One size or tree: a row for each cell, fastest median first. README.md explains the columns. */
void table_print_series(FILE *file, const struct findings *findings, const struct series *series);
