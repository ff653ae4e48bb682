#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a tree costs: few system calls for each small file, and memory that doesn't grow with the tree.
load ../support

# System calls that each additional file of a tree costs: calls_each OPTION...
calls_each() {
    local count
    for count in 200 400; do
        some_tree "in-$count" 1 $count
        strace -f -c -o "counted-$count" "$DIR/$PROCESS" -j1 "$@" "in-$count" "out-$count"
    done
    python3 -c 'import sys
def calls(name):
    return next(int(line.split()[3]) for line in open(name) if line.split()[-1:] == ["total"])
print((calls("counted-400") - calls("counted-200")) / 200)' | tee each
}

at_most() {
    python3 -c 'import sys; sys.exit(float(open("each").read()) > float(sys.argv[1]) + 0.1)' "$1"
}

@test "at most 9 system calls for a small file of a new tree" {
    needs_strace
    skip_sanitized "a sanitizer makes some of its own"
    calls_each -r --reflink=never
    at_most 9
}

@test "at most 13 with -a" {
    needs_strace
    skip_sanitized "a sanitizer makes some of its own"
    calls_each -a --reflink=never
    at_most 13
}

@test "one more at first where extents might be shared" {
    needs_strace
    skip_sanitized "a sanitizer makes some of its own"
    calls_each -r
    at_most 9.5
}

# Runs a program, and prints the most memory of all its processes that is ever seen, counting shared memory once,
# and how often it was looked at.
watch_memory() { # program, argument...
    python3 -c 'import subprocess, sys, time
most, seen = 0, 0
def pss(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    except OSError:
        return 0
def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return file.read().split()
process = subprocess.Popen(sys.argv[1:])
while process.poll() is None:
    now = sum(pss(pid) for pid in [process.pid, *children(process.pid)])
    most, seen = max(most, now), seen + (now > 0)
    time.sleep(0.01)
print(most, seen)
sys.exit(process.returncode)' "$@"
}

assert_little_memory() { # source; options...
    local source=$1
    shift
    watch_memory "$DIR/$PROCESS" -j4 "$@" "$source" "$MNT/out" >watched
    read -r most seen <watched
    echo "at most $most KiB of memory, seen $seen times"
    [ "$seen" -gt 3 ]
    [ "$most" -lt 65536 ]
    [ "$(find "$MNT/out" | wc -l)" = "$(find "$source" | wc -l)" ]
    rm -r "$MNT/out"
}

needs_pss() {
    grep -q ^Pss: /proc/self/smaps_rollup 2>/dev/null || skip "the kernel doesn't tell how memory is shared"
}

# bats test_tags=slow
@test "less than 64 MiB for 100,000 files, in few directories and in many" {
    needs_pss
    skip_sanitized "a sanitizer needs memory of its own"
    with_mount tmpfs 1G
    python3 -c 'import os, sys
for top, directories, files in ("few", 4, 25000), ("many", 10000, 10):
    for i in range(directories):
        os.makedirs(f"{sys.argv[1]}/{top}/{i}")
        for k in range(files if top == "few" else 9): open(f"{sys.argv[1]}/{top}/{i}/{k}", "w").close()' "$MNT"
    assert_little_memory "$MNT/few" -a
    assert_little_memory "$MNT/many" -a
}
