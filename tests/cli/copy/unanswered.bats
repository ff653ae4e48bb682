#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What can't be found out is no answer, neither yes nor no: it is an error, reported with the system's reason.
load ../support

# Fails a call of the parent's with EIO: the first, or the last, that matches an expression together with the
# latest openat before it.
fails_at() { # first or last, call, expression, sentence as an expression, option...
    local which=$1 call=$2 like=$3 sentence=$4 nth
    shift 4
    needs_strace
    export ASAN_OPTIONS=detect_leaks=0
    echo new >src
    echo old >dst
    strace -qq -o trace -e trace="openat,$call" "$MPCP" "$@" src dst
    nth=$(awk -v call="$call(" '/^openat/ { opened = $0 } index($0, call) == 1 { print opened " " $0 }' trace |
        grep -nE "$like" | { [ "$which" = first ] && head -1 || tail -1; } | cut -d: -f1)
    [ -n "$nth" ] || skip "this C library makes another call than $call"
    echo old >dst
    run --separate-stderr strace -qq -o /dev/null -e inject="$call:error=EIO:when=$nth" "$MPCP" "$@" src dst
    assert_failed_like 1 "$sentence: Input/output error"
    [ "$(cat dst)" = old ]
}

@test "whether the source still has its name" {
    fails_at last newfstatat 'newfstatat\(AT_FDCWD, "src", .*, 0\)' "cannot stat 'src'"
    assert_clean
}

@test "whether the destination may be replaced" {
    fails_at last faccessat2 '"dst", W_OK' "cannot stat 'dst'"
    assert_clean
}

@test "whether its directory may be written to" {
    fails_at last faccessat2 '"\.", W_OK' "cannot stat 'dst'"
    assert_clean
}

@test "what is to be given attributes" {
    fails_at last newfstatat 'AT_EMPTY_PATH' 'dst: cannot give it the attributes of the file it replaces' --preserve=timestamps
    assert_clean
}

@test "whose the unfinished copy is" {
    fails_at first newfstatat 'mpcp-partial.*AT_EMPTY_PATH' "cannot create regular file 'dst'" --resume
}

@test "whose the journal is" {
    fails_at first newfstatat 'mpcp-journal.*AT_EMPTY_PATH' 'dst: cannot open its journal.*' --resume
}

@test "whether the journal still has its name" {
    fails_at last newfstatat ' newfstatat.*mpcp-journal' 'dst: cannot open its journal.*' --resume
}
