#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --bwlimit holds for all workers together. Times have no upper bound: the machine may be busy.
load ../support

ms_of() { # command...
    local start=$(date +%s%N)
    "$@"
    echo $((($(date +%s%N) - start) / 1000000))
}

takes_two_seconds() { # option...
    random_file src 8M
    [ "$(ms_of mpcp --bwlimit=4M "$@" src dst)" -ge 1900 ]
    cmp src dst
}

@test "one worker" { takes_two_seconds -j1; }
@test "four workers" { takes_two_seconds -j4; }
@test "no worker" {
    random_file src 1M
    [ "$(ms_of mpcp --bwlimit=1M src dst)" -ge 950 ]
    cmp src dst
}

@test "a stream" {
    random_file src 2M
    [ "$(ms_of mpcp --bwlimit=2M - dst <src)" -ge 950 ]
    cmp src dst
}

@test "several files" {
    mkdir dir
    random_file a 500K
    random_file b 500K
    [ "$(ms_of mpcp --bwlimit=1M a b dir)" -ge 950 ]
}

@test "what is shared isn't limited, because nothing is moved" {
    with_mount btrfs 512M
    random_file "$MNT/src" 60M
    for option in --reflink=always --verify; do
        [ "$(ms_of mpcp --bwlimit=1M $option "$MNT/src" "$MNT/dst")" -lt 50000 ]
        cmp "$MNT/src" "$MNT/dst"
    done
}

# A copy at a rate so low that a chunk, or a page, takes long; prints what it says on SIGUSR1 after a moment.
says_soon() { # expression, option...
    local expression=$1
    shift
    mpcp "$@" src dst 2>err &
    wait_until pgrep -x "$PROCESS"
    sleep 1.5
    PARENT=$(pgrep -o -x "$PROCESS")
    kill -USR1 "$PARENT"
    sleep 1
    cat err
    [[ "$(cat err)" =~ ^mpcp:\ $expression ]]
    kill "$PARENT"
}

@test "progress within a chunk is reported" {
    random_file src 9M
    says_soon '[0-9]+%  [1-9][0-9.]* KiB of 9.0 MiB' --resume --bwlimit=100K -j2
}

@test "progress within a chunk is reported without workers, too" {
    random_file src 1M
    says_soon '[0-9]+%  [1-9][0-9.]* KiB of 1.0 MiB' --resume --bwlimit=100K
}

@test "and at a rate of almost nothing" {
    random_file src 1M
    says_soon '0%  0 B of 1.0 MiB' --bwlimit=100
}

@test "progress within a chunk counts once" {
    random_file src 5M
    [ "$(mpcp --json --resume --bwlimit=5M -j2 src dst | member bytes)" = 5242880 ]
    [ "$(mpcp --json --sparse=always --verify --bwlimit=5M src dst | member bytes)" = 5242880 ]
    cmp src dst
}

@test "a signal isn't kept waiting" {
    local status=0
    random_file src 1M
    mpcp --bwlimit=1K src dst &
    wait_until pgrep -x "$PROCESS"
    sleep 0.3
    kill -TERM "$(pgrep -o -x "$PROCESS")"
    wait $! || status=$?
    [ "$status" = 143 ]
    [ ! -e dst ]
    assert_clean
}
