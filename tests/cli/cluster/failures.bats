#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What fails on one node fails everywhere: one sentence, with the node, and nothing is published.
load nodes

fails_with() { # sentence (a pattern), argument...
    local status=0 sentence=$1
    shift
    echo old >"$SHARED/dst"
    on_two_nodes 4 "$@" --reflink=never "$SHARED/src" "$SHARED/dst" 2>err || status=$?
    cat err
    [ "$status" = 1 ]
    [[ "$(said err)" == $sentence ]]
    [ "$(cat "$SHARED/dst")" = old ]
    wait_until no_process_on_nodes
    assert_clean
}

# Of a node's calls of that kind, all but the first few fail.
broken() { # node, call, error
    needs_strace
    skip_sanitized "it makes other calls"
    # A program that is loaded makes up to 3.
    echo "strace -f -qq -o /dev/null -e trace=$2 -e inject=$2:error=$3:when=5+" >"around-$1"
}

cannot_write() { # MPI, node
    needs_mpi "$1"
    with_two_nodes
    random_file "$SHARED/src" 100M
    broken "$2" pwrite64 EIO
    fails_with "mpcp: error writing '$SHARED/dst': Input/output error (* bytes at offset *) (on node $2)" \
        --engine=read-write --bwlimit=200M
}

# bats test_tags=slow
@test "another node can't write: Open MPI" { cannot_write openmpi nodeB; }
@test "another node can't write: MPICH" { cannot_write mpich nodeB; }
@test "the first node can't write" { cannot_write mpich nodeA; }

@test "another node can't read" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 100M
    broken nodeB pread64 EIO
    fails_with "mpcp: error reading '$SHARED/src': Input/output error (* bytes at offset *) (on node nodeB)" \
        --engine=read-write --bwlimit=200M
}

@test "what another node has written doesn't reach the disk" {
    needs_mpi openmpi
    with_two_nodes
    random_file "$SHARED/src" 100M
    needs_strace
    skip_sanitized "it makes other calls"
    echo "strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:error=EIO" >around-nodeB
    fails_with "mpcp: error writing '$SHARED/dst': Input/output error (on its way to the disk) (on node nodeB)" \
        --bwlimit=200M
}

@test "the source shrinks" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 100M
    cut() {
        wait_until has_workers
        truncate -s 50M "$SHARED/src"
    }
    has_workers() { [ -n "$(pids_of worker A)" ] && [ -n "$(pids_of worker B)" ]; }
    cut &
    fails_with "mpcp: $SHARED/src: cannot read: it *50*" --bwlimit=40M --engine=read-write
}

interrupt() { # MPI, kind of process, node, signal
    needs_mpi "$1"
    with_two_nodes
    random_file "$SHARED/src" 100M
    echo old >"$SHARED/dst"
    on_two_nodes 4 --bwlimit=10M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err &
    local job=$! status=0 pid
    has_workers() { [ -n "$(pids_of worker A)" ] && [ -n "$(pids_of worker B)" ]; }
    wait_until has_workers
    pid=$(pids_of "$2" "$3" | head -1)
    kill -"$4" "$pid"
    wait $job || status=$?
    cat err
    [ "$status" != 0 ]
    [ "$(cat "$SHARED/dst")" = old ]
    wait_until no_process_on_nodes
    assert_clean
}




# bats test_tags=slow
@test "the first node's copier is asked to stop: Open MPI" { interrupt openmpi copier A TERM; }
@test "the first node's copier is asked to stop: MPICH" { interrupt mpich copier A INT; }
@test "another node's copier is asked to stop" {
    interrupt mpich copier B TERM
    [ "$(said err)" = "mpcp: $SHARED/dst: cannot copy: it was asked to stop (on node nodeB)" ]
}
@test "the first speaker is asked to stop" { interrupt openmpi speaker A TERM; }
@test "another node's speaker is asked to stop" { interrupt mpich speaker B TERM; }

@test "another file that was given the hidden name isn't published" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    on_two_nodes 2 --bwlimit=20M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err &
    local job=$! status=0
    is_staged() { compgen -G "$SHARED/.dst.mpcp-*" >/dev/null; }
    wait_until is_staged
    sleep 0.5
    echo other >other
    mv other "$(compgen -G "$SHARED/.dst.mpcp-*")"
    wait $job || status=$?
    cat err
    [ "$status" = 1 ]
    [[ "$(said err)" == *"what was to become it was removed or replaced"* ]]
    [ ! -e "$SHARED/dst" ]
}
