#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# If processes can't be forked, the copy is made with those that exist, or without any.
load ../support

@test "the first fork fails: the parent copies alone, and says so with -v" {
    needs_strace
    random_file src 16M
    run traced clone,clone3,fork,vfork:error=EAGAIN -v -j3 src dst
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"copied without workers: no more processes could be forked"* ]]
    cmp src dst
    assert_clean
}

@test "later forks fail: the existing workers do everything" {
    needs_strace
    random_file src 16M
    run traced clone,clone3,fork,vfork:error=EAGAIN:when=2+ -v -j3 src dst
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"copied by fewer workers: no more processes could be forked"* ]]
    [[ "$output" == *", 1 job)"* ]]
    cmp src dst
    assert_clean
}

@test "an inherited SIG_IGN of SIGCHLD doesn't lose the workers' results" {
    random_file src 16M
    (trap '' CHLD && exec "$MPCP" --engine="$ENGINE" -j3 src dst)
    cmp src dst
}
