/* SPDX-License-Identifier: MIT */
#include "methods.h"
#include "command.h"
#include "frame.h"
#include "memory.h"
#include "plain.h"

#include <string.h>

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/* mpcp with an engine asked for by name. */
#define ENGINE(engine)                                                                             \
    {                                                                                              \
        "mpcp-" engine, "mpcp --engine=" engine, command_run,                                      \
            .by_default = true, .has_jobs = true,                                                  \
            .argv = {"@MPCP", "-q", "--engine=" engine, "-j@JOBS", "@SRC", "@DST"},                \
            .fsync_argument = "--fsync"                                                            \
    }

/* Two copies at once, into two files, one worker each: do workers wait for each other in one file?
 * The first is the one that is compared. */
#define TWICE(engine)                                                                              \
    {                                                                                              \
        "mpcp-" engine "-twice", "two of them at once, into two files, one job each", command_run, \
            .argv = {                                                                              \
                "sh",                                                                              \
                "-c",                                                                              \
                "\"$1\" -q -j1 --engine=" engine " \"$2\" \"$3.2\" &"                              \
                " \"$1\" -q -j1 --engine=" engine " \"$2\" \"$3\" && wait $!",                     \
                "twice",                                                                           \
                "@MPCP",                                                                           \
                "@SRC",                                                                            \
                "@DST"                                                                             \
            }                                                                                      \
    }

/* Another copier; left out where it isn't installed. */
#define PEER(peer, text, ...)                                                                      \
    {                                                                                              \
        peer, text, command_run, .argv = { __VA_ARGS__ }                                           \
    }

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): texts of several pieces are no mistakes here */
const struct method methods[] = {
    {"cp", "cp --reflink=never: the reference of every ratio", command_run, .by_default = true,
     .argv = {"cp", "--reflink=never", "@SRC", "@DST"}},
    {"cp-auto", "cp --reflink=auto: shares extents or lets the kernel copy where it can",
     command_run, .by_default = true, .argv = {"cp", "--reflink=auto", "@SRC", "@DST"}},
    {"cp-cmp", "cp, sync, and cmp once the cache has forgotten the copy", command_run,
     .argv = {"sh", "-c",
              "cp --reflink=never \"$1\" \"$2\" && sync \"$2\" &&"
              " dd if=\"$2\" iflag=nocache count=0 status=none && cmp \"$1\" \"$2\"",
              "cp-cmp", "@SRC", "@DST"}},
    {"dd-1M", "dd bs=1M", command_run, .by_default = true,
     .argv = {"dd", "if=@SRC", "of=@DST", "bs=1M", "status=none"}, .fsync_argument = "conv=fsync"},
    {"dd-4M", "dd bs=4M", command_run, .argv = {"dd", "if=@SRC", "of=@DST", "bs=4M", "status=none"},
     .fsync_argument = "conv=fsync"},

    {"plain-64K", "read and write in one process without exec, 64 KiB at a time", plain_run,
     .buffer = 64 * KIB},
    {"plain-128K", "the same, 128 KiB at a time", plain_run, .by_default = true,
     .buffer = 128 * KIB},
    {"plain-1M", "the same, 1 MiB at a time", plain_run, .by_default = true, .buffer = MIB},
    {"plain-4M", "the same, 4 MiB at a time", plain_run, .buffer = 4 * MIB},

    {"mpcp", "mpcp, everything its own choice", command_run, .by_default = true,
     .argv = {"@MPCP", "-q", "@SRC", "@DST"}, .fsync_argument = "--fsync"},
    {"mpcp-moved", "the same, but extents are never shared", command_run, .by_default = true,
     .argv = {"@MPCP", "-q", "--reflink=never", "@SRC", "@DST"}, .fsync_argument = "--fsync"},
    {"mpcp-verify", "mpcp-moved, read back and compared", command_run,
     .argv = {"@MPCP", "-q", "--reflink=never", "--verify", "@SRC", "@DST"},
     .fsync_argument = "--fsync"},
    {"mpcp-resume", "mpcp-moved with a journal", command_run,
     .argv = {"@MPCP", "-q", "--reflink=never", "--resume", "@SRC", "@DST"},
     .fsync_argument = "--fsync"},
    {"mpcp-null", "mpcp's frame alone, without exec, and with an engine that moves nothing",
     frame_run, .moves_nothing = true},
    ENGINE("reflink"),
    ENGINE("copy-range"),
    ENGINE("mmap"),
    ENGINE("mmap-read"),
    ENGINE("mmap-write"),
    ENGINE("read-write"),
    ENGINE("sendfile"),
    ENGINE("splice"),
    ENGINE("direct"),
    ENGINE("direct-read"),

    TWICE("copy-range"),
    TWICE("mmap"),
    TWICE("mmap-read"),
    TWICE("mmap-write"),
    TWICE("read-write"),
    TWICE("sendfile"),
    TWICE("splice"),
    TWICE("direct"),
    TWICE("direct-read"),

    PEER("rsync", "rsync --whole-file", "rsync", "--whole-file", "@SRC", "@DST"),
    PEER("rclone", "rclone copyto", "rclone", "-q", "copyto", "@SRC", "@DST"),
    PEER("nbdcopy", "nbdcopy from nbdkit's file plugin", "nbdcopy", "--", "[", "nbdkit",
         "--exit-with-parent", "file", "@SRC", "]", "@DST"),
    PEER("qemu-img", "qemu-img convert, raw, 16 coroutines out of order", "qemu-img", "convert",
         "-f", "raw", "-O", "raw", "-m", "16", "-W", "@SRC", "@DST"),
    PEER("busybox", "busybox cp", "busybox", "cp", "@SRC", "@DST"),
    PEER("uutils", "cp of uutils coreutils", "coreutils", "cp", "--reflink=never", "@SRC", "@DST"),
    PEER("pv", "pv to a file", "sh", "-c", "exec pv -q \"$1\" >\"$2\"", "pv", "@SRC", "@DST"),

    {"memcpy-1", "one process copies between mapped memory, no file: the limit of one CPU",
     memory_run, .by_default = true, .in_memory = true},
    {"memcpy-N", "the same by as many processes as jobs: the limit of the machine", memory_run,
     .by_default = true, .has_jobs = true, .in_memory = true},
    {"memcpy-N-fresh", "the same into pages that the kernel must first find and clear", memory_run,
     .by_default = true, .has_jobs = true, .in_memory = true, .fresh = true},
    {0},
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

const struct method *methods_find(const struct method *table, const char *name)
{
    for (const struct method *m = table; m->name; m++) {
        if (strcmp(m->name, name) == 0)
            return m;
    }
    return NULL;
}

void methods_list(FILE *file, const struct method *table)
{
    for (const struct method *m = table; m->name; m++)
        fprintf(file, "%-16s %s%s\n", m->name, m->help, m->by_default ? "" : " (not by default)");
}
