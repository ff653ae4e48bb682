/* SPDX-License-Identifier: MIT */
/* What has the destination's name already, and what the rules say of it, as with cp. */
#pragma once

#include "tree/entry.h"

enum heed {
    HEED_GO,
    HEED_SKIP,    /* it stays, and that is no failure */
    HEED_REFRESH, /* so do its bytes, of an earlier run, but its owner or mode isn't the source's */
    HEED_REFUSE,  /* it stays, and that has been said */
    HEED_DECLINE, /* so was it decided by whoever was asked */
};

/* Looks at what is there, asks where it shall be asked, makes a backup, and notes whether the copy
 * displaces it. */
enum heed existing_heed(struct entry *e);

/* It couldn't be copied: there is no need of a backup. */
void existing_restore(const struct entry *e);
