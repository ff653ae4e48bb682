/* SPDX-License-Identifier: MIT */
/* What each option with a value does with it, in struct options; the table of options says which
 * function belongs to which option. Functions that get text return whether it was valid; those that
 * get a word (cli/words.h) can't fail. */
#pragma once

#include "cli/options.h"

bool set_jobs(struct options *o, const char *text);
bool set_chunk(struct options *o, const char *text);
bool set_buffer(struct options *o, const char *text);
bool set_bwlimit(struct options *o, const char *text);
bool set_context(struct options *o, const char *text);
bool set_backup(struct options *o, const char *text);
bool set_suffix(struct options *o, const char *text);
bool set_target_directory(struct options *o, const char *text);
bool set_digest(struct options *o, const char *text);
bool set_check(struct options *o, const char *text);
bool set_interactive(struct options *o, const char *ignored);
bool set_no_clobber(struct options *o, const char *ignored);

void set_engine(struct options *o, unsigned word);
void set_progress(struct options *o, unsigned word);
void set_reflink(struct options *o, unsigned word);
void set_sparse(struct options *o, unsigned word);
void set_cache(struct options *o, unsigned word);
void set_follow(struct options *o, unsigned word);
void set_update(struct options *o, unsigned word);

/* Called for each word of a list. */
void set_preserve(struct options *o, unsigned word);
void set_no_preserve(struct options *o, unsigned word);
void set_no_dereference(struct options *o, unsigned word);
void set_archive(struct options *o, unsigned word);
