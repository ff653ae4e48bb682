#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Two copies with --resume to one destination that don't see each other's lock, as in two containers: the journal keeps
# them apart, and none writes to what the other has published.
load ../support
load ../resume

# The second copy, in a network namespace of its own; it opens FILE 2 s late.
late_elsewhere() { # file, source
    ASAN_OPTIONS=detect_leaks=0 unshare -n strace -f -qq -o /dev/null -P "$1" -e trace=openat \
        -e inject=openat:delay_enter=2000000 "$DIR/$PROCESS" --resume "$2" dst 2>err
}

setup_files() {
    needs_root
    needs_strace
    unshare -n true || skip "no network namespace can be made here"
    random_file src 12M
    random_file other 12M
}

start() { # rate
    mpcp --resume --bwlimit="$1" -j2 src dst &
    JOB=$!
    wait_until [ -s $JOURNAL ]
}

is_refused() {
    [ "$(own_messages err)" = "mpcp: dst: cannot copy: another mpcp is copying to it, in another container or on another machine" ]
}

@test "while the first copies, the second is refused" {
    setup_files
    start 8M
    run -1 unshare -n "$DIR/$PROCESS" --resume other dst
    echo "$output" >err
    is_refused
    wait $JOB
    cmp src dst
    assert_clean
}

@test "the first publishes what the second has opened" {
    setup_files
    start 12M
    run -1 late_elsewhere $JOURNAL other
    wait $JOB
    cmp src dst
    is_refused
    assert_clean
}
