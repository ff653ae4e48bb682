#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A process that is killed while copying spoils nothing.
load ../support

start_slowly() { # option...
    needs_strace
    random_file src 32M
    echo old >dst
    slowly -j2 "$@" src dst 2>err &
    JOB=$!
    wait_for_processes 3
}

kill_worker() { # signal, its number and name
    local worker status
    start_slowly
    worker=$(tail -1 <<<"$WORKERS")
    kill -"$1" "$worker"
    status=0
    wait $JOB || status=$?
    cat err
    [ "$status" = 1 ]
    [[ "$(own_messages err)" == "mpcp: dst: cannot copy: worker "[12]" (pid $worker) was killed by signal $2" ]]
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "a worker is killed by SIGKILL" { kill_worker KILL '9 (Killed)'; }
@test "a worker is killed by SIGSEGV" {
    skip_sanitized "the sanitizer catches SIGSEGV"
    kill_worker SEGV '11 (Segmentation fault)'
}

@test "a worker that stops and goes on is harmless" {
    start_slowly
    kill -STOP $WORKERS
    sleep 0.3
    kill -CONT $WORKERS
    wait $JOB
    cmp src dst
    assert_clean
}

@test "so are parent and workers" {
    start_slowly
    kill -STOP $WORKERS "$PARENT"
    sleep 0.3
    kill -CONT $WORKERS "$PARENT"
    wait $JOB
    cmp src dst
    assert_clean
}

@test "with --resume, what the others have copied is kept" {
    local worker status
    start_slowly --resume
    worker=$(tail -1 <<<"$WORKERS")
    has_begun() { # more than the header, which tells its own length
        [ "$(stat -c %s .dst.mpcp-journal)" -gt "$(od -An -tu4 -j12 -N4 .dst.mpcp-journal)" ]
    }
    wait_until has_begun
    kill -KILL "$worker"
    status=0
    wait $JOB || status=$?
    [ "$status" = 1 ]
    cat err
    [[ "$(own_messages err)" == *" was killed by signal 9 (Killed) (--resume goes on from what is copied)" ]]
    [ "$(cat dst)" = old ]
    mpcp --resume --chunk=256K -j2 --json src dst >out
    [ "$(python3 -c 'import json; print(json.load(open("out"))["kept"])')" -gt 0 ]
    cmp src dst
    assert_clean
}

@test "the parent is killed by SIGKILL: the workers follow" {
    start_slowly
    kill -STOP $WORKERS # they could end by themselves otherwise
    kill -KILL "$PARENT"
    wait_until no_process_left
    wait $JOB || true
    [ "$(cat dst)" = old ]
    assert_clean
}
