#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Whichever process of an MPI job is killed: under the destination's name is the old file or the whole new one, no process
# lives on, and the next run removes what had to be left.
load nodes

begin() { # MPI
    needs_mpi "$1"
    with_two_nodes
    random_file "$SHARED/src" 60M
    echo old >"$SHARED/dst"
    on_two_nodes 4 --bwlimit=20M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err &
    JOB=$!
    has_workers() { [ -n "$(pids_of worker A)" ] && [ -n "$(pids_of worker B)" ]; }
    wait_until has_workers
}

launcher() { # name
    ip netns pids "$A" | xargs -r ps -o pid=,comm= -p | awk -v name="$1" '$2 == name {print $1; exit}'
}

# Asserts that everything has ended within 10 s, with the old file there, and that the next run leaves nothing.
assert_all_dead() {
    local status=0
    assert_all_ended
    wait $JOB || status=$?
    cat err
    [ "$status" != 0 ]
    # If the launcher is gone, and the ranks aren't, they may end well.
    cmp -s "$SHARED/src" "$SHARED/dst" || [ "$(cat "$SHARED/dst")" = old ]
    on_two_nodes 2 --reflink=never "$SHARED/src" "$SHARED/dst"
    cmp "$SHARED/src" "$SHARED/dst"
    wait_until no_process_on_nodes
    assert_clean
}

kill_one() { # MPI, kind, node
    begin "$1"
    kill -KILL "$(pids_of "$2" "$3" | head -1)"
    assert_all_dead
}

# What the others do is reported, if there is somebody left to report it.
assert_told() { # pattern
    [[ "$(said err)" == $1 ]]
}

# bats test_tags=slow
@test "a worker of the first node: Open MPI" {
    kill_one openmpi worker A
    assert_told 'mpcp: *dst: cannot copy: worker * was killed by signal 9 (Killed) (on node nodeA)'
}
@test "a worker of the first node: MPICH" {
    kill_one mpich worker A
    assert_told 'mpcp: *dst: cannot copy: worker * was killed by signal 9 (Killed) (on node nodeA)'
}
@test "a worker of another node" {
    kill_one mpich worker B
    assert_told 'mpcp: *dst: cannot copy: worker * was killed by signal 9 (Killed) (on node nodeB)'
}
@test "the copier of the first node: Open MPI" {
    kill_one openmpi copier A
    assert_told 'mpcp: cannot copy: the process that copies (pid *) was killed by signal 9 (Killed) (on node nodeA)'
}
# bats test_tags=slow
@test "the copier of the first node: MPICH" {
    kill_one mpich copier A
    assert_told 'mpcp: cannot copy: the process that copies (pid *) was killed by signal 9 (Killed) (on node nodeA)'
}
# bats test_tags=slow
@test "the copier of another node: Open MPI" {
    kill_one openmpi copier B
    assert_told 'mpcp: cannot copy: the process that copies (pid *) was killed by signal 9 (Killed) (on node nodeB)'
}
@test "the copier of another node: MPICH" {
    kill_one mpich copier B
    assert_told 'mpcp: cannot copy: the process that copies (pid *) was killed by signal 9 (Killed) (on node nodeB)'
}
@test "the first speaker: Open MPI" { kill_one openmpi speaker A; }
# bats test_tags=slow
@test "the first speaker: MPICH" { kill_one mpich speaker A; }
# bats test_tags=slow
@test "another speaker: Open MPI" { kill_one openmpi speaker B; }
@test "another speaker: MPICH" { kill_one mpich speaker B; }

# bats test_tags=slow
@test "the launcher: Open MPI" {
    begin openmpi
    kill -KILL "$(launcher mpirun.openmpi)$(launcher orterun)$(launcher mpirun)"
    assert_all_dead
}
@test "the launcher: MPICH" {
    begin mpich
    kill -KILL "$(launcher mpiexec.hydra)"
    assert_all_dead
}
@test "the launcher's process on another machine: Open MPI" {
    begin openmpi
    kill -KILL "$(ip netns pids "$B" | xargs -r ps -o pid=,comm= -p | awk '$2 == "orted" {print $1; exit}')"
    assert_all_dead
}
# bats test_tags=slow
@test "the launcher's process on another machine: MPICH" {
    begin mpich
    kill -KILL "$(ip netns pids "$B" | xargs -r ps -o pid=,comm= -p | awk '$2 == "hydra_pmi_proxy" {print $1; exit}')"
    assert_all_dead
}
@test "all of it at once" {
    begin openmpi
    kill -KILL $(processes)
    assert_all_dead
}
