#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The process that makes the checksum behind the workers: what becomes of it.
load ../checksums

# A copy that takes its time, by two workers and a follower, of which the parent is $PARENT.
start() { # option...
    random_file src 24M
    mpcp --bwlimit=16M -j2 --reflink=never --digest=xxh128:sums "$@" src dst 2>err &
    JOB=$!
    wait_for_processes 4
}

# Which of the children is no worker: it has read, and written nothing.
find_follower() {
    local pid
    wrote_nothing() {
        for pid in $WORKERS; do
            if [ "$(sed -n 's/^rchar: //p' "/proc/$pid/io")" -gt 1000000 ] &&
                [ "$(sed -n 's/^wchar: //p' "/proc/$pid/io")" = 0 ]; then
                FOLLOWER=$pid
                return
            fi
        done
        return 1
    }
    wait_until wrote_nothing
}

@test "it reads only what is copied at the limited rate" {
    start --engine=read-write
    find_follower
    sleep 0.2
    [ "$(sed -n 's/^rchar: //p' "/proc/$FOLLOWER/io")" -lt 20000000 ] || ! kill -0 "$FOLLOWER"
    wait $JOB
    mpcp --check sums
}

@test "if it is killed, another way is found" {
    start --engine=read-write
    find_follower
    kill -KILL "$FOLLOWER"
    wait $JOB
    cat err
    [ ! -s err ]
    mpcp --check sums
    assert_clean
}

@test "it ends with a copy that fails" {
    start
    truncate -s 1M src
    wait $JOB || true
    cat err
    [ "$(wc -l <err)" = 1 ]
    [ ! -s sums ]
    assert_clean
}

@test "it ends with a copy that is interrupted, or killed" {
    local signal
    for signal in TERM KILL; do
        start
        kill -$signal "$PARENT"
        wait $JOB || true
        wait_until no_process_left
        [ ! -s sums ]
    done
}

@test "without processes there is a checksum all the same" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    random_file src 24M
    chmod 777 .
    mpcp_as_nobody() {
        ASAN_OPTIONS=detect_leaks=0 setpriv --reuid=65533 --regid=65533 --clear-groups prlimit --nproc=1 "$DIR/$PROCESS" "$@"
    }
    mpcp_as_nobody -j2 --reflink=never --digest=xxh128:sums src dst
    mpcp --check sums
}
