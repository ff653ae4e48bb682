/* SPDX-License-Identifier: MIT */
/* What --engine may name: every engine (engine/engine.h), and what isn't one. */
#pragma once

#include "cli/values.h"

/* What a word of --engine stands for; from ENGINES_FIRST on: engines[word - ENGINES_FIRST]. */
enum { ENGINES_AUTO, ENGINES_REFLINK, ENGINES_HELP, ENGINES_FIRST };

enum { ENGINES_MOST = 24 }; /* room for so many words and their end */

void engines_list(struct named words[ENGINES_MOST]);

/* --engine=help: prints one line for each to stdout, with what it does and when auto takes it. */
void engines_print(void);
