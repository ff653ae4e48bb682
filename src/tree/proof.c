/* SPDX-License-Identifier: MIT */
#include "tree/proof.h"
#include "base/filesystem.h"
#include "base/io.h"
#include "copy/orphan.h"
#include "tree/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Its names begin so. */
static const char subject[] = "tree";

static int open_root(const char *root)
{
    return folder_open_directory(AT_FDCWD, *root ? root : ".", true);
}

/* --- the destination --- */

static int create(int dir_fd, const char *hidden, uint64_t *inode)
{
    struct stat st;
    int fd = openat(dir_fd, hidden, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int rc = fd < 0 ? -errno : 0;
    if (!rc && fstat(fd, &st) < 0)
        rc = -errno;
    if (!rc)
        *inode = st.st_ino;
    io_close(&fd);
    return rc;
}

int proof_make(const char *root, char hidden[NAME_ROOM], uint64_t *inode)
{
    int dir_fd = open_root(root);
    if (dir_fd < 0)
        return dir_fd;
    orphan_sweep(dir_fd, subject);
    int rc = orphan_make_name(hidden, subject);
    if (!rc)
        rc = create(dir_fd, hidden, inode);
    close(dir_fd);
    return rc;
}

void proof_remove(const char *root, const char *hidden)
{
    int dir_fd = open_root(root);
    if (dir_fd >= 0)
        unlinkat(dir_fd, hidden, 0);
    io_close(&dir_fd);
}

int proof_try(const char *root)
{
    char hidden[NAME_ROOM];
    uint64_t inode;
    int rc = proof_make(root, hidden, &inode);
    if (!rc)
        proof_remove(root, hidden);
    return rc;
}

/* Two file systems that invent inode numbers may well invent the same for a few files. */
static bool has_numbers(const char *path)
{
    struct statfs fs;
    return statfs(path, &fs) == 0 && !filesystem_of((long)fs.f_type)->invents;
}

static bool find(const char *root, const char *hidden, uint64_t inode, bool *same)
{
    struct stat st;
    int dir_fd = open_root(root);
    bool found = dir_fd >= 0 && fstatat(dir_fd, hidden, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                 S_ISREG(st.st_mode);
    *same = found && st.st_ino == inode && has_numbers(*root ? root : ".");
    io_close(&dir_fd);
    return found;
}

/* --- the sources --- */

/* What is known of one; but not its size, which for a directory is whatever a file system likes,
 * nor its device number. All zeros: nothing. */
struct looks {
    uint64_t mode, mtime[2], ctime[2], inode;
};

static struct looks look_at(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return (struct looks){0};
    return (struct looks){.mode = st.st_mode,
                          .mtime = {(uint64_t)st.st_mtim.tv_sec, (uint64_t)st.st_mtim.tv_nsec},
                          .ctime = {(uint64_t)st.st_ctim.tv_sec, (uint64_t)st.st_ctim.tv_nsec},
                          .inode = st.st_ino};
}

static int count_sources(const struct options *o)
{
    return o->target_directory ? o->operand_count : o->operand_count - 1;
}

void proof_pack_sources(struct packing *p, const struct options *o)
{
    for (int i = 0; i < count_sources(o); i++) {
        struct looks l = look_at(o->operands[i]);
        pack_number(p, l.mode);
        pack_number(p, l.mtime[0]);
        pack_number(p, l.mtime[1]);
        pack_number(p, l.ctime[0]);
        pack_number(p, l.ctime[1]);
        pack_number(p, l.inode);
    }
}

static struct looks unpack_looks(struct unpacking *u)
{
    struct looks l = {.mode = unpack_number(u)};
    l.mtime[0] = unpack_number(u);
    l.mtime[1] = unpack_number(u);
    l.ctime[0] = unpack_number(u);
    l.ctime[1] = unpack_number(u);
    l.inode = unpack_number(u);
    return l;
}

static bool is_same_time(const uint64_t a[2], const uint64_t b[2])
{
    return a[0] == b[0] && a[1] == b[1];
}

/* If somebody has changed it meanwhile, it is still known by its number. */
static bool is_same_source(const char *path, const struct looks *there, const struct looks *here)
{
    if (there->mode != here->mode)
        return false;
    bool untouched =
        is_same_time(there->mtime, here->mtime) && is_same_time(there->ctime, here->ctime);
    return untouched ||
           (has_numbers(path) && there->inode == here->inode && here->ctime[0] >= there->ctime[0]);
}

static bool are_same_sources(struct unpacking u, const struct options *o, bool *same)
{
    bool all = true;
    *same = true;
    for (int i = 0; i < count_sources(o) && all; i++) {
        struct looks there = unpack_looks(&u), here = look_at(o->operands[i]);
        all = is_same_source(o->operands[i], &there, &here);
        *same &= there.inode == here.inode && has_numbers(o->operands[i]);
    }
    return all && unpacked_all(&u);
}

enum proof proof_look(const char *root, const char *hidden, uint64_t inode,
                      struct unpacking sources, const struct options *o, bool same[2])
{
    if (!find(root, hidden, inode, &same[TREE_DESTINATION]))
        return PROOF_NO_DESTINATION;
    return are_same_sources(sources, o, &same[TREE_SOURCE]) ? PROOF_FOUND : PROOF_NO_SOURCE;
}
