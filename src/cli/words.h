/* SPDX-License-Identifier: MIT */
/* The words that options take, each list in one place: for parsing them, listing them in an error,
 * or completing them in a shell. Each list ends as struct named says. */
#pragma once

#include "cli/values.h"

/* What --update takes. */
enum update { UPDATE_ALL, UPDATE_OLDER, UPDATE_NONE, UPDATE_NONE_FAIL };

extern const struct named words_reflink[];    /* enum when */
extern const struct named words_sparse[];     /* enum when */
extern const struct named words_progress[];   /* enum progress_form */
extern const struct named words_cache[];      /* enum cache */
extern const struct named words_attributes[]; /* bits of enum attribute */
extern const struct named words_follow[];     /* enum follow */
extern const struct named words_update[];     /* enum update */
extern const struct named words_backup[];     /* enum backup */
extern const struct named words_digest[];     /* enum checksum_kind */
