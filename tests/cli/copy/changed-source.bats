#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A source that changes while it is copied gives an error that says how, and nothing is published; --allow-changes
# copies it anyway.
load ../support

# Copies src, which a command changes when half of it has been copied.
copy_while() { # command, option...
    local change=$1
    shift
    STATUS=0
    random_file src 16M
    touch -d 2001-02-03 src
    echo old >dst
    mpcp --bwlimit=16M -j2 --chunk=256K "$@" src dst 2>err &
    wait_for_processes 3
    $change
    wait $! || STATUS=$?
    cat err
}

assert_refused_for() { # change
    [ "$STATUS" = 1 ]
    [ "$(cat err)" = "mpcp: src: cannot copy: $1 while being copied (--allow-changes copies it anyway)" ]
    [ "$(cat dst)" = old ]
    assert_clean
}

grow() { echo more >>src; }
rewrite() { printf x | dd of=src conv=notrunc status=none; }
rewrite_unseen() {
    rewrite
    touch -d 2001-02-03 src
}
replace() {
    echo other >other
    mv other src
}
shrink() { truncate -s 1M src; }

@test "it grows" {
    copy_while grow
    assert_refused_for "it grew"
}

@test "it is written to" {
    copy_while rewrite
    assert_refused_for "it was written to"
}

@test "it is written to, and its times are set back" {
    copy_while rewrite_unseen
    assert_refused_for "its attributes were changed, or its times set back"
}

@test "its mode is changed" {
    copy_while "chmod 600 src"
    assert_refused_for "its attributes were changed, or its times set back"
}

@test "it is replaced by another file" {
    copy_while replace
    assert_refused_for "it was replaced by another file"
}

@test "it is removed" {
    copy_while "rm src"
    assert_refused_for "it was removed or renamed"
}

@test "with --resume, nothing of it is kept" {
    copy_while rewrite --resume
    assert_refused_for "it was written to"
}

@test "with --resume, nothing is kept of one that shrank" {
    copy_while shrink --resume
    [ "$STATUS" = 1 ]
    [ "$(cat err)" = "mpcp: src: cannot read: it shrank from 16.0 MiB to 1.0 MiB while being copied" ]
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "written in place, the destination is said to be incomplete" {
    copy_while rewrite --inplace
    [ "$STATUS" = 1 ]
    [[ "$(cat err)" == "mpcp: src: cannot copy: it was written to while being copied "*" (the destination was written in place and is now incomplete)" ]]
}

@test "reading it is no change" {
    copy_while "cat src" >/dev/null
    [ "$STATUS" = 0 ]
    cmp src dst
}

@test "--allow-changes: of one that grows, what was there at first is copied" {
    copy_while grow --allow-changes
    [ "$STATUS" = 0 ]
    [ ! -s err ]
    cmp <(head -c 16M src) dst
}

@test "--allow-changes: one that is replaced is copied as it was" {
    ln_and_replace() {
        ln src before
        replace
    }
    copy_while ln_and_replace --allow-changes
    [ "$STATUS" = 0 ]
    cmp before dst
}

@test "--allow-changes: one that is written to" {
    copy_while rewrite --allow-changes
    [ "$STATUS" = 0 ]
    cmp <(tail -c +2 src) <(tail -c +2 dst)
}

@test "--allow-changes: one that shrinks is an error anyway" {
    copy_while shrink --allow-changes
    [ "$STATUS" = 1 ]
    [ "$(cat err)" = "mpcp: src: cannot read: it shrank from 16.0 MiB to 1.0 MiB while being copied" ]
    [ "$(cat dst)" = old ]
    assert_clean
}
