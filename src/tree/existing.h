/* SPDX-License-Identifier: MIT */
/* What has the destination's name already, and what the rules say of it, as with cp. */
#pragma once

#include "tree/entry.h"

enum heed {
    HEED_GO,
    HEED_SKIP,    /* it stays, and that is no failure */
    HEED_REFUSE,  /* it stays, and that has been said */
    HEED_DECLINE, /* so was it decided by whoever was asked */
};

/* Looks at what is there, asks where it shall be asked, and makes way: by a backup, by removing. */
enum heed existing_heed(struct entry *e);

/* Once it is copied, or not: what was set aside is removed, or gets its name again. */
void existing_conclude(struct entry *e, bool done);
