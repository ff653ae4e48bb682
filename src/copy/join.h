/* SPDX-License-Identifier: MIT */
/* A node's part of a copy that another one leads. */
#pragma once

#include "copy/copy.h"
#include "copy/partners.h"

/*
 * Moves what is granted of the announced copy, and makes sure that it has reached the file system's
 * server before it returns, or reads back what others have written. If that fails, *sentence, which
 * is allocated, says why, unless the failure was elsewhere, or there is no memory for it; otherwise
 * it is NULL.
 */
enum part_end copy_join(const struct announcement *announcement, const struct copy_rules *rules,
                        const struct partners *partners, char **sentence);
