#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Nodes that don't see the same files don't make a copy together.
load nodes

refused() { # status, sentence, argument...
    local status=0 expected=$1 sentence=$2
    shift 2
    on_two_nodes 2 "$@" 2>err || status=$?
    cat err
    [ "$status" = "$expected" ]
    [[ "$(said err)" == $sentence ]]
    [ ! -e "$SHARED/dst" ]
    wait_until no_process_on_nodes
    assert_clean
}

another_source() { # MPI
    needs_mpi "$1"
    with_two_nodes
    random_file "$SHARED/src" 40M
    random_file other 39M
    echo "mount --bind other '$SHARED/src'" >setup-nodeB
    refused 2 'mpcp: rank 1 on node nodeB sees another source than rank 0 on node nodeA' "$SHARED/src" "$SHARED/dst"
}

# bats test_tags=slow
@test "they see another source: Open MPI" { another_source openmpi; }
@test "they see another source: MPICH" { another_source mpich; }

@test "what one node has under the source's name is of the same size and time, but another file" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    random_file other 40M
    touch -r "$SHARED/src" other
    echo "mount --bind other '$SHARED/src'" >setup-nodeB
    refused 1 "mpcp: $SHARED/src: cannot copy: it isn't the file that other nodes see under this name (on node nodeB)" \
        "$SHARED/src" "$SHARED/dst"
}

@test "the destination's directory isn't the same" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    mkdir "$SHARED/to" other
    echo "mount --bind other '$SHARED/to'" >setup-nodeB
    refused 1 "mpcp: $SHARED/to/dst: cannot copy: what other nodes write there isn't seen here: its directory must be \
on a file system that all nodes share (on node nodeB)" "$SHARED/src" "$SHARED/to/dst"
    [ -z "$(find "$SHARED/to" other -type f)" ]
}

@test "one may not write there" {
    needs_mpi openmpi
    with_two_nodes
    random_file "$SHARED/src" 40M
    echo "mount --bind '$SHARED' '$SHARED'; mount -o remount,bind,ro '$SHARED'" >setup-nodeB
    refused 1 "mpcp: $SHARED/dst: cannot open what other nodes build of it: Read-only file system (on node nodeB)" \
        "$SHARED/src" "$SHARED/dst"
}
