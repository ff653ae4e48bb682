/* SPDX-License-Identifier: MIT */
#include "tree/existing.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/name.h"
#include "cli/report.h"
#include "copy/attributes.h"
#include "tree/backup.h"
#include "tree/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what is there --- */

/* A regular file is written through a link; anything else takes the name, or has it removed, and so
 * acts on the link itself. */
static bool acts_on_link(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    bool regular =
        S_ISREG(e->src.st_mode) ||
        (e->hand->options->copy_contents && !S_ISLNK(e->src.st_mode) && !S_ISDIR(e->src.st_mode));
    return !regular || r->product != PRODUCT_COPY || r->backup != BACKUP_NONE ||
           r->remove_destination;
}

/* Returns 0, -ENOENT if there is nothing, or -errno. */
static int look(struct entry *e)
{
    int dir_fd = e->in->fds[TREE_DESTINATION];
    if (e->in->folder->made && e->waited == 0)
        return -ENOENT;
    int flags = acts_on_link(e) ? AT_SYMLINK_NOFOLLOW : 0;
    if (fstatat(dir_fd, e->dst_name, &e->dst, flags) == 0)
        return 0;
    if (errno != ELOOP || !e->hand->options->rules.force)
        return -errno;
    /* A link that leads to itself can't be written through, and so is removed. */
    return fstatat(dir_fd, e->dst_name, &e->dst, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static bool dangles(const struct entry *e)
{
    struct stat st;
    return !e->in->folder->made && !acts_on_link(e) &&
           fstatat(e->in->fds[TREE_DESTINATION], e->dst_name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* --- what the rules say --- */

static enum heed refuse(bool said)
{
    (void)said; /* always false: that question has been settled */
    return HEED_REFUSE;
}

/* Is it a link to what would take its place? */
static bool leads_to_source(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    struct stat st;
    bool kept = r->product == PRODUCT_COPY && r->backup == BACKUP_NONE && !r->remove_destination;
    return kept && S_ISLNK(e->dst.st_mode) && !S_ISLNK(e->src.st_mode) &&
           fstatat(e->in->fds[TREE_DESTINATION], e->dst_name, &st, 0) == 0 &&
           file_id_equal(file_id_of(&st), file_id_of(&e->src));
}

/* Would a link take the place of what it leads to, and then lead nowhere? */
static bool leads_to_destination(const struct entry *e)
{
    struct stat st;
    return e->hand->options->rules.backup == BACKUP_NONE && S_ISLNK(e->src.st_mode) &&
           !S_ISLNK(e->dst.st_mode) && fstatat(e->in->fds[TREE_SOURCE], e->name, &st, 0) == 0 &&
           file_id_equal(file_id_of(&st), file_id_of(&e->dst));
}

/* One file under two names may be replaced by a copy of itself, or has the name already. */
static enum heed heed_same(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    if (leads_to_destination(e) && r->product == PRODUCT_HARD_LINK)
        return HEED_SKIP;
    if (leads_to_source(e) || leads_to_destination(e))
        return refuse(entry_fail_both(e, 0, "%s and %s are the same file"));
    if (!file_id_equal(file_id_of(&e->src), file_id_of(&e->dst)))
        return HEED_GO;
    if (r->product == PRODUCT_HARD_LINK)
        return HEED_SKIP;
    bool links = S_ISLNK(e->src.st_mode) && !entry_is_same_name(e);
    if (links && r->backup == BACKUP_NONE)
        return HEED_SKIP;
    bool apart = r->backup != BACKUP_NONE || r->remove_destination;
    if (apart && (e->src.st_nlink > 1 || r->backup != BACKUP_NONE) && !entry_is_same_name(e))
        return HEED_GO;
    return refuse(entry_fail_both(e, 0, "%s and %s are the same file"));
}

static bool is_newer(const struct entry *e)
{
    struct timespec src = e->src.st_mtim, dst = e->dst.st_mtim;
    if (e->hand->options->rules.preserve & ATTRIBUTE_TIMESTAMPS)
        src = attributes_cut_time(src, &e->dst, false);
    return clock_is_later(src, dst);
}

/* With --resume, a file that has its name is whole: one of the same size and time was copied by an
 * earlier run. One that is merely newer may be anything. But that doesn't apply to a first copy's
 * further name if that copy was made only now. */
bool existing_is_whole(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    if (!r->wishes.resume || r->wishes.verify || r->product != PRODUCT_COPY ||
        !S_ISREG(e->src.st_mode) || !S_ISREG(e->dst.st_mode) || e->src.st_size != e->dst.st_size)
        return false;
    if (e->further)
        return file_id_equal(file_id_of(&e->dst), e->twin->dst);
    struct timespec src = attributes_cut_time(e->src.st_mtim, &e->dst, false);
    return clock_is_same(src, e->dst.st_mtim);
}

/* Something that run couldn't give it, or that has been changed since. */
static bool lacks_attributes(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    bool owner = e->src.st_uid != e->dst.st_uid || e->src.st_gid != e->dst.st_gid;
    bool mode = (e->src.st_mode ^ e->dst.st_mode) & 07777;
    return !r->dry_run &&
           ((r->preserve & ATTRIBUTE_OWNERSHIP && owner) || (r->preserve & ATTRIBUTE_MODE && mode));
}

/* Is there what --resume keeps, or what is called like that, on one side? */
static bool is_there(const struct entry *e, enum tree_side side, const char *what,
                     char hidden[NAME_ROOM], struct stat *st)
{
    name_hidden(hidden, e->dst_name, what);
    return fstatat(e->in->fds[side], hidden, st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool existing_is_free_beside(const struct entry *e)
{
    char hidden[NAME_ROOM];
    struct stat st;
    return entry_is_operand(e) || !(is_there(e, TREE_SOURCE, "partial", hidden, &st) ||
                                    is_there(e, TREE_SOURCE, "journal", hidden, &st));
}

/* Left by a run that was killed just when the copy had got its name: nothing goes on from it. */
static void remove_journal(const struct entry *e)
{
    char hidden[NAME_ROOM];
    struct stat st;
    bool lonely = !is_there(e, TREE_DESTINATION, "partial", hidden, &st) &&
                  is_there(e, TREE_DESTINATION, "journal", hidden, &st);
    if (lonely && S_ISREG(st.st_mode) && st.st_uid == geteuid())
        unlinkat(e->in->fds[TREE_DESTINATION], hidden, 0);
}

static bool confirm(const struct entry *e)
{
    struct report report;
    char *path = entry_dst_path(e);
    report_start_part(&report, e->hand->options, e->hand->progress);
    struct copy_observer observer = report_observer(&report);
    bool yes = path && observer.confirm(observer.arg, path);
    free(path);
    return yes;
}

static enum heed heed_rules(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    bool kept = existing_is_whole(e);
    if (kept && e->src.st_size >= REGULAR_LARGE && !r->dry_run && existing_is_free_beside(e))
        remove_journal(e);
    if (kept && !e->further && lacks_attributes(e))
        return HEED_REFRESH;
    bool nowhere =
        S_ISLNK(e->dst.st_mode) && !acts_on_link(e); /* in that case it has no file's time */
    if (kept || (r->update && !nowhere && !is_newer(e)))
        return HEED_SKIP;
    if (r->existing == EXISTING_FAIL)
        return refuse(entry_fail_dst(e, 0, "not replacing %s"));
    if (r->existing == EXISTING_ASK && !r->dry_run && !confirm(e)) {
        e->hand->tally->failed = true;
        return HEED_DECLINE;
    }
    return HEED_GO;
}

/* --- making way --- */

static void tell_removed(const struct entry *e)
{
    char *path = e->hand->options->verbose ? entry_dst_path(e) : NULL;
    if (path)
        report_removed(e->hand->options, path);
    free(path);
}

/* Says that it is removed, which happens only when the copy takes its name: so it is asked before
 * whether that can be. */
static enum heed announce_removal(const struct entry *e)
{
    int rc = io_check_removable(e->in->fds[TREE_DESTINATION], e->dst_name);
    if (rc < 0 && rc != -ENOENT)
        return refuse(entry_fail_dst(e, -rc, "cannot remove %s"));
    tell_removed(e);
    return HEED_GO;
}

/* What is there keeps its name until the copy takes that. */
static enum heed displace(struct entry *e)
{
    e->exists = false;
    return announce_removal(e);
}

static enum heed choose_backup(struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    int dir_fd = e->in->fds[TREE_DESTINATION];
    int rc = e->in->folder->appends /* then the copy couldn't take the name */
                 ? -EPERM
                 : backup_choose(dir_fd, e->dst_name, r->backup, r->backup_suffix, &e->backup);
    if (rc < 0)
        return refuse(entry_fail_dst(e, -rc, "cannot backup %s"));
    e->exists = false;
    return HEED_GO;
}

static bool would_destroy_source(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    struct stat st;
    char name[NAME_ROOM];
    int len = snprintf(name, sizeof(name), "%s%s", e->dst_name, r->backup_suffix);
    return r->backup != BACKUP_NONE && r->backup != BACKUP_NUMBERED && (size_t)len < sizeof(name) &&
           fstatat(e->in->fds[TREE_DESTINATION], name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           file_id_equal(file_id_of(&st), file_id_of(&e->src));
}

/* What has links of its own loses this one of its names, or it would be written to under all of
 * them. */
static bool parts_links(const struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    return r->preserve & ATTRIBUTE_LINKS && !r->attributes_only && e->dst.st_nlink > 1;
}

static enum heed make_way(struct entry *e)
{
    const struct copy_rules *r = &e->hand->options->rules;
    if (S_ISDIR(e->dst.st_mode))
        return refuse(entry_fail_dst(e, 0, "cannot overwrite directory %s with non-directory"));
    if (would_destroy_source(e))
        return refuse(
            entry_fail_turned(e, 0, "backing up %s might destroy source;  %s not copied"));
    bool useless =
        r->force && !acts_on_link(e) && (S_ISSOCK(e->dst.st_mode) || S_ISLNK(e->dst.st_mode));
    e->displaces = r->backup != BACKUP_NONE || r->remove_destination || parts_links(e) || useless;
    if (r->dry_run)
        return HEED_GO;
    if (r->backup != BACKUP_NONE)
        return choose_backup(e);
    if (e->displaces)
        return displace(e);
    return entry_replaces(e) ? announce_removal(e) : HEED_GO;
}

/* What the checksums are being written to is neither copied nor replaced. */
static bool is_spared(const struct entry *e)
{
    const struct file_id *file = e->hand->options->rules.checksum_file;
    static const char sentence[] =
        "cannot copy %s: the checksums are being written to it (--digest)";
    if (file && file_id_equal(*file, file_id_of(&e->src)))
        return !entry_fail_src(e, 0, sentence);
    if (file && e->exists && file_id_equal(*file, file_id_of(&e->dst)))
        return !entry_fail_dst(e, 0, sentence);
    return false;
}

enum heed existing_heed(struct entry *e)
{
    int rc = look(e);
    e->exists = rc == 0;
    if (is_spared(e))
        return HEED_REFUSE;
    if (rc == -ENOENT && !e->further && dangles(e)) {
        entry_announce(e);
        return refuse(entry_fail_dst(e, 0, "not writing through dangling symlink %s"));
    }
    if (rc == -ENOENT)
        return HEED_GO;
    if (rc < 0)
        return refuse(entry_fail_dst(e, -rc, "cannot stat %s"));
    e->kept = e->hand->options->rules.existing == EXISTING_KEEP;
    enum heed heed = e->kept ? HEED_SKIP : heed_same(e);
    if (heed == HEED_GO)
        heed = heed_rules(e);
    return heed == HEED_GO ? make_way(e) : heed;
}

/* Once is enough, also if it is tried in another way afterwards. */
int existing_back_up(struct entry *e)
{
    if (!e->backup.text)
        return BACKUP_LINKED;
    if (e->backed_up)
        return e->backup_way;
    int way = backup_make(e->in->fds[TREE_DESTINATION], e->dst_name, &e->backup);
    e->backed_up = way >= 0;
    e->backup_way = way == -ENOENT ? BACKUP_RENAMED : way; /* somebody else has removed it */
    return e->backup_way;
}

/* A copy that already has its name keeps it, though it failed. */
void existing_restore(const struct entry *e)
{
    if (!e->backed_up)
        return;
    const char *backup = e->backup.text;
    int rc = backup_restore(e->in->fds[TREE_DESTINATION], backup, e->dst_name);
    if (rc == 0 || rc == -EEXIST)
        return;
    char *path = folder_path(e->in->folder, TREE_DESTINATION, backup);
    hand_fail(e->hand, -rc, "cannot give %s back its old name", path ? path : backup);
    free(path);
}
