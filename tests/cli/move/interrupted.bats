#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A signal that asks to stop ends the copy at once, leaves nothing, and is what the program dies of.
load ../support

dies_of() { # signal, status, directory
    local status=0 dir=${3-$DIR}
    needs_strace
    random_file src 32M
    echo old >"$dir/dst"
    slowly -j2 src "$dir/dst" 2>err &
    wait_for_processes 3
    kill -"$1" "$PARENT"
    wait $! || status=$?
    echo "status $status"
    cat err
    [ "$status" = "$2" ]
    [ -z "$(own_messages err)" ]
    [ "$(cat "$dir/dst")" = old ]
    assert_clean "$dir"
}

traced() {
    local inject=$1
    shift
    ASAN_OPTIONS=detect_leaks=0 with_default_signals strace -f -qq -o /dev/null -e trace="${inject%%:*}" \
        -e inject="$inject" "$DIR/$PROCESS" --engine="$ENGINE" "$@"
}

@test "SIGINT" { dies_of INT 130; }
@test "SIGTERM" { dies_of TERM 143; }
@test "SIGHUP" { dies_of HUP 129; }
@test "SIGQUIT" {
    ulimit -c 0
    dies_of QUIT 131
}

@test "SIGTERM, staged under a hidden name" {
    skip_across
    with_fuse 128M
    dies_of TERM 143 "$MNT"
}

@test "SIGTERM while waiting for the writer of a FIFO" {
    local status=0
    mkfifo fifo
    "$DIR/$PROCESS" fifo dst &
    wait_until pgrep -x "$PROCESS"
    sleep 0.2
    kill -TERM $!
    wait $! || status=$?
    [ "$status" = 143 ]
    [ ! -e dst ]
}

@test "an ignored SIGHUP stays ignored" {
    with_default_signals() { "$@"; } # not here
    needs_strace
    random_file src 32M
    (trap '' HUP && slowly -j2 src dst) &
    wait_for_processes 3
    kill -HUP "$PARENT"
    wait $!
    cmp src dst
}
