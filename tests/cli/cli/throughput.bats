#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What was done without being copied now, because it was skipped, or an earlier run had copied it, counts as bytes, but
# is no throughput.
load ../support
load ../resume

# Prints what an expression in Python makes of the last object in a file: last FILE EXPRESSION. moved(o) is how many MiB
# its throughput makes in its time, at most.
last() {
    python3 -c 'import json, sys
MiB = 1 << 20
def moved(o): return o["throughput"] * (o["seconds"] + 0.0005) / MiB
o = [json.loads(line) for line in open(sys.argv[1], "rb") if line.startswith(b"{")][-1]
print(eval(sys.argv[2]))' "$@"
}

# A directory with 40 MiB that are there already, and 2 that aren't.
prepare() {
    mkdir in
    random_file in/old 40M
    cp -a in out
    random_file in/new 2M
}

# Copies `in` to `out` until some of it is copied, and is killed.
begin() { # option...
    mkdir in out
    random_file in/old 30M
    mpcp -rT --resume --chunk=1M --bwlimit=20M -j2 "$@" in out 2>/dev/null &
    copied() { [ "$(stat -c %s out/.old.mpcp-journal)" -ge $((HEADER + 20 * LINE)) ]; }
    wait_until copied 2>/dev/null
    pkill -KILL -o -x "$PROCESS"
    wait $! || true
    wait_until no_process_left
    random_file in/new 2M
}

@test "of a tree, what is skipped" {
    prepare
    mpcp -rTn --json --progress=json in out >total 2>err
    cat total err
    [ "$(last err 'o["outcome"], o["bytes"] / MiB, o["size"] / MiB, moved(o) < 20')" = "('copied', 42.0, 42.0, True)" ]
    [ "$(last total 'o["bytes"] / MiB')" = 2.0 ]
    cmp in/new out/new
}

@test "of a tree that isn't copied at all, the last object has all of it" {
    prepare
    mpcp -rTn --progress=json in out 2>err
    mpcp -rTn --progress=json in out 2>err
    cat err
    [ "$(last err 'o["bytes"] / MiB, o["size"] / MiB, o["percent"], o["throughput"]')" = "(42.0, 42.0, 100.0, 0)" ]
}

@test "of a tree, what an earlier run had copied" {
    begin
    mpcp -rT --resume --chunk=1M --json --progress=json in out >total 2>err
    cat total err
    [ "$(last err 'o["bytes"] / MiB, moved(o) < 20')" = "(32.0, True)" ]
    [ "$(last total 'o["bytes"] / MiB, moved(o) < 20')" = "(32.0, True)" ]
    diff -r in out
}

@test "of several files, what is skipped" {
    prepare
    mpcp -n --progress=json in/old in/new out 2>err
    cat err
    [ "$(last err 'o["bytes"] / MiB, o["size"] / MiB, moved(o) < 20')" = "(42.0, 42.0, True)" ]
}

@test "of a single file that is skipped" {
    prepare
    mpcp -n --progress=json in/old out 2>err
    cat err
    [ "$(last err 'o["bytes"] / MiB, o["size"] / MiB, o["percent"], o["throughput"]')" = "(40.0, 40.0, 100.0, 0)" ]
}

@test "of many files that are copied side by side, what is skipped" {
    mkdir in out
    for i in $(seq 100); do echo text >in/$i; done
    random_file in/old 40M
    cp in/old out
    mpcp -n --progress=json in/* out 2>err
    cat err
    [ "$(last err 'o["bytes"] - 40 * MiB, moved(o) < 20')" = "(500, True)" ]
}

@test "of several files, what an earlier run had copied" {
    begin
    mpcp -v --resume --chunk=1M --progress=json in/old in/new out >said 2>err
    cat said err
    [ "$(last err 'o["bytes"] / MiB, moved(o) < 20')" = "(32.0, True)" ]
    local line="$(grep '^mpcp: 2 files, 32.0 MiB in ' err)"
    python3 -c 'import re, sys
_, seconds, rate, unit = re.search("in (.*) s, ((.*) ([KMG]?)i?B/s)", sys.argv[1]).group(0, 1, 3, 4)
assert float(seconds) * float(rate) * {"": 2**-20, "K": 2**-10, "M": 1, "G": 2**10}[unit] < 20' "$line"
}

@test "of several files that are only looked at" {
    prepare
    mpcp --dry-run --progress=json in/old in/new out 2>err
    cat err
    [ "$(last err 'o["outcome"], o["bytes"], o["throughput"]')" = "('planned', 0, 0)" ]
}

@test "of several files, one of which is interrupted, what was copied of it" {
    mkdir in out
    random_file in/a 1M
    random_file in/b 30M
    mpcp --bwlimit=4M --chunk=64K --progress=json in/* out 2>err &
    past_the_first() { [ "$(last err 'o["bytes"] > 2 * MiB' 2>/dev/null)" = True ]; }
    wait_until past_the_first
    pkill -TERM -o -x "$PROCESS"
    wait $! || true
    cat err
    [ "$(last err 'o["outcome"], 2 * MiB < o["bytes"] < o["size"]')" = "('interrupted', True)" ]
}

@test "--check has read all of it in the end" {
    mkdir in
    for i in $(seq 20); do random_file in/$i 100K; done
    xxh128sum in/* >list 2>/dev/null || mpcp -r --digest=list in out
    for i in 1 2 3; do
        mpcp --check=list --progress=json >/dev/null 2>err
        cat err
        [ "$(last err 'o["outcome"], o["bytes"], o["size"], o["percent"]')" = "('checked', 2048000, 2048000, 100.0)" ]
    done
}
