#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What goes wrong while several nodes copy a tree is reported by the first, once, and nothing hangs.
load nodes
load trees

# With one rank on each node it is clear which speaker has a copier.
asked_to_stop() { # MPI, kind of process, node, signal
    begin "$1" 2 80000
    kill -"$4" $(pids_of "$2" "$3" | head -1)
    assert_ended '[1-9]*'
    assert_clean_copy
}

@test "the first speaker is asked to stop: Open MPI" { asked_to_stop openmpi speaker A TERM; }
@test "another node's first speaker is asked to stop, though it has nothing to do" {
    needs_mpi mpich
    with_two_nodes
    large_tree "$SHARED/src"
    on_two_nodes 4 -a --bwlimit=200K "$SHARED/src" "$SHARED/dst" 2>err &
    JOB=$!
    has_begun() { [ -d "$SHARED/dst/d3" ]; }
    wait_until has_begun
    # The first rank of its node is the one that has a copier.
    kill -TERM $(ps -o ppid= -p "$(pids_of copier B | head -1)")
    assert_ended '[1-9]*'
    [ "$(said err)" = 'mpcp: the copy was asked to stop (on node nodeB)' ]
    assert_clean_copy
}
@test "the first node's copier is asked to stop: MPICH" { asked_to_stop mpich copier A INT; }

# Open MPI kills after 2 s whoever hasn't ended.
launcher_asked_to_stop() { # MPI, signal, its name
    prepare "$1" 80000
    sed -i 's/^strace /strace -D /' around-nodeA around-nodeB # the ranks themselves get the signal
    start 2
    kill -"$2" "$(ip netns pids "$A" | xargs -r ps -o pid=,comm= -p | awk -v name="$3" '$2 == name {print $1; exit}')"
    await_end
    assert_clean_copy
}

# bats test_tags=slow
@test "the launcher is interrupted: Open MPI" { launcher_asked_to_stop openmpi INT mpirun.openmpi; }
@test "the launcher is asked to stop: MPICH" { launcher_asked_to_stop mpich TERM mpiexec.hydra; }

@test "a speaker that has no copier ends, and the launcher kills all others: MPICH" {
    begin mpich
    kill -TERM $(pids_of speaker B | tail -1)
    assert_ended '[1-9]*'
    assert_whole
}

@test "another node's copier is asked to stop" {
    begin openmpi
    kill -TERM $(pids_of copier B | head -1)
    assert_ended 1
    assert_told 'mpcp: cannot copy: the process that copies (pid *) was killed by signal 15 (Terminated) (on node nodeB)'
    assert_clean_copy
}

@test "what can't be made on another node is reported with that node's name, and everything else is copied" {
    needs_mpi mpich
    with_two_nodes
    needs_strace
    large_tree "$SHARED/src"
    # The first node is so slow that the other one gets something to do.
    delay symlinkat 50000 nodeA
    echo "strace -f -qq -o /dev/null -e trace=symlinkat -e inject=symlinkat:error=EIO" >around-nodeB
    local status=0
    on_two_nodes 2 -a "$SHARED/src" "$SHARED/dst" 2>err || status=$?
    [ "$status" = 1 ]
    said err | head -3
    ! said err | grep -v "^mpcp: cannot create symbolic link '$SHARED/dst/.*/link' to .*: Input/output error (on node nodeB)$" || false
    assert_as_cp_but_links
    assert_clean
}

@test "if the destination isn't shared, the first node does it alone, and says so" {
    needs_mpi mpich
    with_two_nodes
    mkdir "$SHARED/to" other
    echo "mount --bind other '$SHARED/to'" >setup-nodeB
    large_tree "$SHARED/src"
    local status=0
    on_two_nodes 2 -a "$SHARED/src" "$SHARED/to/dst" 2>err || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(said err)" = "mpcp: $SHARED/to/dst: cannot copy: what other nodes write there isn't seen here: its directory \
must be on a file system that all nodes share (on node nodeB)" ]
    [ -z "$(ls other)" ]
    print_tree "$SHARED/src" >expected.txt
    print_tree "$SHARED/to/dst" >got.txt
    cmp expected.txt got.txt
    assert_clean
}

@test "the same if another node can't write to the destination" {
    needs_mpi mpich
    with_two_nodes
    mkdir "$SHARED/to"
    echo "mount --bind '$SHARED/to' '$SHARED/to' && mount -o remount,bind,ro '$SHARED/to'" >setup-nodeB
    large_tree "$SHARED/src"
    local status=0
    on_two_nodes 2 -a "$SHARED/src" "$SHARED/to/dst" 2>err || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(said err)" = "mpcp: $SHARED/to/dst: cannot copy: cannot create files there: Read-only file system \
(on node nodeB)" ]
    print_tree "$SHARED/src" >expected.txt
    print_tree "$SHARED/to/dst" >got.txt
    cmp expected.txt got.txt
    assert_clean
}

@test "the same if the source isn't the same" {
    needs_mpi openmpi
    with_two_nodes
    large_tree "$SHARED/src"
    large_tree other
    echo "mount --bind other '$SHARED/src'" >setup-nodeB
    local status=0
    on_two_nodes 2 -a "$SHARED/src" "$SHARED/dst" 2>err || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(said err)" = "mpcp: $SHARED/src: cannot copy: it isn't what other nodes see under this name (on node nodeB)" ]
    assert_as_cp "$SHARED"
    assert_clean
}
