/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "methods.h"

/* Another copier of trees; left out where it isn't installed. */
#define PEER(peer, text, ...)                                                                      \
    {                                                                                              \
        peer, text, command_run, .by_default = true, .argv = { __VA_ARGS__ }                       \
    }

/* The same with a script, which gets the source as $1 and the destination, which doesn't exist yet,
 * as $2. It contains no @, which would stand for something else (methods.h). */
#define SCRIPT(peer, text, script) PEER(peer, text, "sh", "-c", script, peer, "@SRC", "@DST")

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): texts of several pieces are no mistakes here */
const struct method tree_methods[] = {
    {"cp", "cp -a --reflink=never: the reference of every ratio", command_run, .by_default = true,
     .argv = {"cp", "-a", "--reflink=never", "@SRC", "@DST"}},
    PEER("cp-auto", "cp -a: shares extents or lets the kernel copy where it can", "cp", "-a",
         "--reflink=auto", "@SRC", "@DST"),

    {"mpcp", "mpcp -a --reflink=never", command_run, .by_default = true,
     .argv = {"@MPCP", "-q", "-a", "--reflink=never", "@SRC", "@DST"}, .fsync_argument = "--fsync"},
    {"mpcp-auto", "mpcp -a, which may share extents", command_run, .by_default = true,
     .argv = {"@MPCP", "-q", "-a", "@SRC", "@DST"}, .fsync_argument = "--fsync"},
    {"mpcp-jobs", "mpcp -a --reflink=never by each of --jobs", command_run, .by_default = true,
     .has_jobs = true, .argv = {"@MPCP", "-q", "-a", "--reflink=never", "-j@JOBS", "@SRC", "@DST"},
     .fsync_argument = "--fsync"},
    {"mpcp-sync", "mpcp -a --reflink=never; with --fsync it is followed by sync -f, as cp is",
     command_run, .argv = {"@MPCP", "-q", "-a", "--reflink=never", "@SRC", "@DST"}},

    SCRIPT("rsync", "rsync -a --whole-file", "exec rsync -a --whole-file \"$1/\" \"$2\""),
    SCRIPT("tar", "tar to a pipe to tar",
           "mkdir \"$2\" && tar -C \"$1\" -cf - . | tar -C \"$2\" -xpf -"),
    PEER("busybox", "busybox cp -a", "busybox", "cp", "-a", "@SRC", "@DST"),
    SCRIPT("uutils", "cp -a --reflink=never of uutils coreutils",
           "exec $(command -v uu-cp || echo coreutils cp) -a --reflink=never \"$1\" \"$2\""),
    PEER("rclone", "rclone copy with links, metadata and empty directories", "rclone", "-q", "copy",
         "--links", "--metadata", "--create-empty-src-dirs", "@SRC", "@DST"),
    SCRIPT("cpio", "find -depth to cpio -pdm",
           "mkdir \"$2\" && cd \"$1\" && find . -depth -print0 | cpio -0 -pdm --quiet \"$2\""),
    {0},
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */
