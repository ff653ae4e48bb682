#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A process that is killed while several nodes copy a tree is told by the first, once, and nothing half is left.
load nodes
load trees

@test "another node's copier is killed" {
    begin_and_kill openmpi copier B "^mpcp: cannot copy '.*/src/d[^']*': the node that was to do it is gone$"
    [ "$STATUS" = 1 ]
    assert_told 'mpcp: cannot copy: the process that copies (pid *) was killed by signal 9 (Killed) (on node nodeB)'
    ! said err | tail -n +2 | grep -v ": the node that was to do it is gone$" || false
    assert_clean_copy
}

@test "the first node's copier is killed" {
    begin mpich
    kill -KILL $(pids_of copier A | head -1)
    assert_ended '[1-9]*'
    assert_told 'mpcp: cannot copy: the process that copies (pid *) was killed by signal 9 (Killed) (on node nodeA)'
    assert_clean_copy
}

@test "another node's crew is killed" {
    begin_and_kill openmpi worker B 'was killed'
    [ "$STATUS" = 1 ]
    assert_told "mpcp: the process that copied '$SHARED/src/*' was killed (on node nodeB)"
    assert_clean_copy
}

@test "the first node's crew is killed" {
    begin_and_kill mpich worker A 'was killed'
    [ "$STATUS" = 1 ]
    assert_told "mpcp: the process that copied '$SHARED/src/*' was killed"
    ! said err | grep "is gone" || false
    assert_clean_copy
}
