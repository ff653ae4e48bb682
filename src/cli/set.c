/* SPDX-License-Identifier: MIT */
#include "cli/set.h"
#include "base/size.h"
#include "cli/engines.h"
#include "cli/words.h"

#include <stdlib.h>
#include <string.h>

static bool keep_text(char **kept, const char *text)
{
    free(*kept);
    *kept = strdup(text);
    return *kept;
}

/* --- how bytes are moved --- */

bool set_jobs(struct options *o, const char *text)
{
    return values_count(text, &o->rules.wishes.jobs);
}

bool set_chunk(struct options *o, const char *text)
{
    return values_length(text, &o->rules.wishes.chunk_len, 1 << 30);
}

bool set_buffer(struct options *o, const char *text)
{
    return values_length(text, &o->rules.wishes.buffer_len, 64 << 20);
}

bool set_bwlimit(struct options *o, const char *text)
{
    uint64_t *rate = &o->rules.wishes.rate;
    return size_parse(text, rate) == 0 && *rate > 0;
}

/* Sharing extents isn't the work of an engine, but to the user it is one more way to copy. */
void set_engine(struct options *o, unsigned word)
{
    o->help_engines |= word == ENGINES_HELP;
    o->shares = word == ENGINES_REFLINK;
    o->rules.wishes.engine = word >= ENGINES_FIRST ? engines[word - ENGINES_FIRST] : NULL;
}

void set_reflink(struct options *o, unsigned word)
{
    o->rules.wishes.reflink = (enum when)word;
}

void set_sparse(struct options *o, unsigned word)
{
    o->rules.wishes.sparse = (enum when)word;
}

void set_cache(struct options *o, unsigned word)
{
    o->rules.wishes.cache = (enum cache)word;
}

void set_progress(struct options *o, unsigned word)
{
    o->progress = (enum progress_form)word;
}

/* --- attributes --- */

/* What is named individually must be preserved; what "all" adds, only if possible. */
static unsigned strict_part(unsigned which)
{
    return which & ATTRIBUTE_TOLERANT ? 0 : which;
}

void set_preserve(struct options *o, unsigned word)
{
    o->rules.preserve |= word;
    o->rules.no_preserve &= ~word;
    o->said.strictly |= strict_part(word);
}

void set_no_preserve(struct options *o, unsigned word)
{
    o->rules.preserve &= ~word;
    o->rules.no_preserve |= word & ~(unsigned)ATTRIBUTE_TOLERANT;
    o->said.strictly &= ~strict_part(word);
}

bool set_context(struct options *o, const char *text)
{
    if (!*text)
        o->rules.default_context = true;
    return !*text || keep_text(&o->said.context, text);
}

/* --- trees and links --- */

void set_follow(struct options *o, unsigned word)
{
    o->follow = (enum follow)word;
}

/* -d, as far as -a includes it. */
void set_no_dereference(struct options *o, unsigned word)
{
    o->follow = FOLLOW_NEVER;
    set_preserve(o, word);
}

void set_archive(struct options *o, unsigned word)
{
    o->recursive = true;
    set_no_dereference(o, word);
}

/* --- what exists already --- */

bool set_interactive(struct options *o, const char *ignored)
{
    (void)ignored;
    o->said.clobber = EXISTING_ASK;
    return true;
}

bool set_no_clobber(struct options *o, const char *ignored)
{
    (void)ignored;
    o->said.clobber = EXISTING_KEEP;
    return true;
}

void set_update(struct options *o, unsigned word)
{
    static const enum existing existing[] = {
        [UPDATE_NONE] = EXISTING_KEEP, [UPDATE_NONE_FAIL] = EXISTING_FAIL}; /* the others replace */
    o->rules.update = word == UPDATE_OLDER;
    o->said.update = existing[word];
}

/* Without a kind, that of an earlier one remains. */
bool set_backup(struct options *o, const char *text)
{
    unsigned kind;
    o->said.backup = true;
    if (!*text)
        return true;
    o->said.backup_control = true;
    if (!values_find(words_backup, text, &kind))
        return false;
    o->rules.backup = (enum backup)kind;
    return true;
}

bool set_suffix(struct options *o, const char *text)
{
    o->said.backup = true;
    return keep_text(&o->said.suffix, text);
}

bool set_target_directory(struct options *o, const char *text)
{
    o->said.targets++;
    return *text && keep_text(&o->target_directory, text);
}

/* --- checksums --- */

/* KIND:FILE */
bool set_digest(struct options *o, const char *arg)
{
    size_t len = strcspn(arg, ":");
    unsigned kind;
    if (len == 0 || !arg[len] || !arg[len + 1] || !values_find_part(words_digest, arg, len, &kind))
        return false;
    o->rules.wishes.checksum = kind;
    return keep_text(&o->digest_file, arg + len + 1);
}

bool set_check(struct options *o, const char *arg)
{
    return *arg && keep_text(&o->check_file, arg);
}
