/* SPDX-License-Identifier: MIT */
#include "cli/words.h"
#include "cli/options.h"

const struct named words_reflink[] = {
    {"auto", WHEN_AUTO, "share if it can be done, else copy"},
    {"always", WHEN_ALWAYS, "share or fail"},
    {"never", WHEN_NEVER, "copy the bytes"},
    {0},
};

const struct named words_sparse[] = {
    {"auto", WHEN_AUTO, "keep holes"},
    {"always", WHEN_ALWAYS, "make holes of zeros, too"},
    {"never", WHEN_NEVER, "fill holes with zeros"},
    {0},
};

const struct named words_progress[] = {
    {"auto", PROGRESS_AUTO, "on a terminal, after a second"},
    {"always", PROGRESS_ALWAYS, "from the start"},
    {"never", PROGRESS_NEVER, "not at all"},
    {"json", PROGRESS_JSON, "one JSON object per second, on standard error"},
    {0},
};

const struct named words_cache[] = {
    {"auto", CACHE_AUTO, "stay cached unless it is large"},
    {"keep", CACHE_KEEP, "stay cached"},
    {"drop", CACHE_DROP, "leave neither source nor destination cached"},
    {0},
};

enum {
    BASIC = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS,
    EVERY = BASIC | ATTRIBUTE_LINKS | ATTRIBUTE_CONTEXT | ATTRIBUTE_XATTR,
};

const struct named words_attributes[] = {
    {"mode", ATTRIBUTE_MODE, "permissions and ACL"},
    {"ownership", ATTRIBUTE_OWNERSHIP, "owner and group"},
    {"timestamps", ATTRIBUTE_TIMESTAMPS, "times of access and modification"},
    {"links", ATTRIBUTE_LINKS, "hard links among what is copied"},
    {"context", ATTRIBUTE_CONTEXT, "the security context"},
    {"xattr", ATTRIBUTE_XATTR, "extended attributes"},
    {"all", EVERY | ATTRIBUTE_TOLERANT, "all of these, as far as possible"},
    {0},
};

/* Users don't type them: they stand for -P, -H and -L. */
const struct named words_follow[] = {
    {"never", FOLLOW_NEVER}, {"operands", FOLLOW_OPERANDS}, {"always", FOLLOW_ALWAYS}, {0}};

const struct named words_update[] = {
    {"all", UPDATE_ALL, "replace all"},
    {"older", UPDATE_OLDER, "replace those older than their source"},
    {"none", UPDATE_NONE, "replace none"},
    {"none-fail", UPDATE_NONE_FAIL, "fail if one exists"},
    {0},
};

const struct named words_backup[] = {
    {"none", BACKUP_NONE, "no backup"},
    {"off", BACKUP_NONE},
    {"numbered", BACKUP_NUMBERED, "NAME.~1~, NAME.~2~ and so on"},
    {"t", BACKUP_NUMBERED},
    {"existing", BACKUP_EXISTING, "numbered if there are such, else simple"},
    {"nil", BACKUP_EXISTING},
    {"simple", BACKUP_SIMPLE, "NAME~"},
    {"never", BACKUP_SIMPLE},
    {0},
};

const struct named words_digest[] = {
    {"xxh128", CHECKSUM_XXH128, "against accidents, quickly; for xxh128sum -c"},
    {"sha256", CHECKSUM_SHA256, "against forgery, too; for sha256sum -c"},
    {0},
};
