/* SPDX-License-Identifier: MIT */
/* What a copy couldn't be given of the source's attributes, in words. */
#pragma once

#include "base/complaint.h"
#include "copy/attributes.h"

/* Fills in *why for a copy at `path` that is otherwise complete: in the words that cp has for the
 * first attribute that is lacking, which is the one the errno belongs to. Something must be
 * lacking. */
void lack_complain(const struct attributes_lack *lack, const char *path, struct complaint *why);
