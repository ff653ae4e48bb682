#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A checksum is made in order: with --digest, the first of several nodes copies alone.
load nodes
load trees

sums_are_right() { # MPI
    needs_mpi "$1"
    with_two_nodes
    large_tree "$SHARED/src"
    random_file "$SHARED/src/large" 40M
    on_two_nodes 2 -v --reflink=never --digest=xxh128:"$DIR/sums" "$SHARED/src/large" "$SHARED/dst" >out
    cat out
    grep -q 'copied by one node alone' out
    ! grep -q 'copied by several nodes' out || false
    mpcp --check "$DIR/sums"
    on_two_nodes 4 -av --digest=xxh128:"$DIR/sums" "$SHARED/src" "$SHARED/tree" >out
    ! grep -q 'copied by several nodes' out || false
    mpcp --check "$DIR/sums"
    [ "$(wc -l <"$DIR/sums")" = "$(find "$SHARED/tree" -type f | wc -l)" ]
}

# bats test_tags=slow
@test "with Open MPI" { sums_are_right openmpi; }
@test "with MPICH" { sums_are_right mpich; }
