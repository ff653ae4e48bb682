#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What ends a copy that is being read back (--verify) ends it as while copying: the file isn't published, nothing is
# left, and the signal, or the killed worker, is reported as the cause. With --resume all that is copied is kept.
load ../support

phase_is() { # phase
    "$MPCP" --status --json "$PARENT" 2>/dev/null | grep -q "\"phase\": *\"$1\""
}

# Copies, and returns while the copy is read back, which takes at least 50 ms per chunk. Engines don't matter
# here; mmap isn't slowed down while it copies.
start_verifying() { # option...
    needs_strace
    ulimit -c 0
    random_file src 24M
    echo old >dst
    ASAN_OPTIONS=detect_leaks=0 with_default_signals \
        strace -f -qq -o /dev/null -e trace=pread64 -e inject=pread64:delay_exit=50000 \
        "$DIR/$PROCESS" --engine=mmap --verify --chunk=256K -j2 "$@" src dst 2>err &
    JOB=$!
    wait_until pgrep -x "$PROCESS" >/dev/null
    PARENT=$(pgrep -o -x "$PROCESS")
    wait_until phase_is verifying
    wait_for_processes 3
}

ends_with() { # status
    local status=0
    wait $JOB || status=$?
    echo "status $status"
    cat err
    [ "$status" = "$1" ]
    [ "$(cat dst)" = old ]
    wait_until no_process_left
}

dies_of() { # signal, status
    start_verifying
    kill -"$1" "$PARENT"
    ends_with "$2"
    [ -z "$(own_messages err)" ]
    assert_clean
}

@test "SIGINT" { dies_of INT 130; }
@test "SIGTERM" { dies_of TERM 143; }
# bats test_tags=slow
@test "SIGHUP" { dies_of HUP 129; }
# bats test_tags=slow
@test "SIGQUIT" { dies_of QUIT 131; }

# If there are no holes, the parent reads all zeros that should be one: a minute for these.
@test "SIGTERM, while holes are checked" {
    local status=0
    needs_strace
    with_mount ramfs 100M
    truncate -s 60M src
    echo old >"$MNT/dst"
    traced pread64:delay_exit=1000000 --engine=read-write --verify -j2 src "$MNT/dst" 2>err &
    JOB=$!
    wait_until pgrep -x "$PROCESS" >/dev/null
    PARENT=$(pgrep -o -x "$PROCESS")
    wait_until phase_is verifying
    kill -TERM "$PARENT"
    wait_until no_process_left
    wait $JOB || status=$?
    echo "status $status"
    [ "$status" = 143 ]
    [ "$(cat "$MNT/dst")" = old ]
    [ -z "$(own_messages err)" ]
    assert_clean
}

a_worker_dies() { # words that follow, option...
    local worker more=$1
    shift
    start_verifying "$@"
    worker=$(tail -1 <<<"$WORKERS")
    kill -KILL "$worker"
    ends_with 1
    [[ "$(own_messages err)" == "mpcp: dst: cannot copy: worker "[12]" (pid $worker) was killed by signal 9 (Killed)$more" ]]
}

@test "a worker is killed" {
    a_worker_dies ''
    assert_clean
}

@test "the parent is killed: the workers follow" {
    start_verifying
    kill -STOP $WORKERS # they could end by themselves otherwise
    kill -KILL "$PARENT"
    wait_until no_process_left
    ends_with 137
    assert_clean
}

@test "parent and workers stop and go on" {
    start_verifying
    kill -STOP $WORKERS "$PARENT"
    sleep 0.3
    kill -CONT $WORKERS "$PARENT"
    wait $JOB
    cmp src dst
    [ ! -s err ]
    assert_clean
}

# Everything is copied, so nothing is left to copy.
goes_on() {
    mpcp --resume --verify --chunk=256K --json -j2 src dst >out
    cmp src dst
    [ "$(python3 -c 'import json; print(json.load(open("out"))["kept"])')" = $((24 << 20)) ]
    assert_clean
}

@test "SIGTERM, with --resume" {
    start_verifying --resume
    kill -TERM "$PARENT"
    ends_with 143
    [ "$(own_messages err)" = "mpcp: dst: interrupted: --resume goes on from what is copied" ]
    goes_on
}

@test "a worker is killed, with --resume" {
    a_worker_dies ' (--resume goes on from what is copied)' --resume
    goes_on
}

@test "the parent is killed, with --resume" {
    start_verifying --resume
    kill -KILL "$PARENT"
    ends_with 137
    goes_on
}
