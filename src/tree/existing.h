/* SPDX-License-Identifier: MIT */
/* What has the destination's name already, and what the rules say about it, as with cp. */
#pragma once

#include "tree/entry.h"

enum heed {
    HEED_GO,
    HEED_SKIP,    /* it stays, and that is no failure */
    HEED_REFRESH, /* its bytes stay, from an earlier run, but its owner or mode isn't the source's
                   */
    HEED_REFUSE,  /* it stays, which has been reported */
    HEED_DECLINE, /* it stays, as was decided by whoever was asked */
};

/* Looks at what is there, asks if a question is due, chooses the name of a backup, and notes
 * whether the copy displaces it. */
enum heed existing_heed(struct entry *e);

/* Is what is there the whole copy that an earlier run has made (--resume)? To be asked once it was
 * looked at. */
bool existing_is_whole(const struct entry *e);

/* May what --resume keeps have its names beside the copy? Not if the source has files of these
 * names, which are copied, too. */
bool existing_is_free_beside(const struct entry *e);

/* To be called when the copy is about to take the name: makes the backup, if there is to be one.
 * Returns BACKUP_LINKED if the name may be replaced now, BACKUP_RENAMED if nothing has it any more,
 * or -errno. */
int existing_back_up(struct entry *e);

/* It couldn't be copied: the backup isn't needed. */
void existing_restore(const struct entry *e);
