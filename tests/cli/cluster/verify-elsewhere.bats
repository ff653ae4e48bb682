#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# With --verify, no node reads back what it has written itself: another one does.
load nodes

# "nodeA 60.0 MiB" from the line about what was copied, or verified.
amount() { # what, node
    grep ": $1 by several nodes: " out | grep -o "$2 [0-9.]* [A-Za-z]*" | cut -d' ' -f2-
}

assert_verified_elsewhere() {
    cat out
    [ -n "$(amount copied nodeA)" ]
    [ "$(amount copied nodeA)" = "$(amount verified nodeB)" ]
    [ "$(amount copied nodeB)" = "$(amount verified nodeA)" ]
    grep -q '; verified)$' out
    wait_until no_process_on_nodes
    assert_clean
}

verify_on() { # MPI, kind of file system
    needs_mpi "$1"
    with_two_nodes "$2"
    random_file "${BEHIND-$SHARED}/src" 100000001
    on_two_nodes 4 -v --verify --bwlimit=100M "$SHARED/src" "$SHARED/dst" >out 2>err || { cat out err; false; }
    cat err
    assert_verified_elsewhere
    cmp "${BEHIND-$SHARED}/src" "${BEHIND-$SHARED}/dst"
}

@test "with Open MPI" { verify_on openmpi; }
# bats test_tags=slow
@test "with MPICH" { verify_on mpich; }
@test "with MPICH, over a network file system" { verify_on mpich sshfs; }

@test "of a sparse file, and by engines that don't see the bytes" {
    needs_mpi openmpi
    with_two_nodes
    truncate -s 120M "$SHARED/src"
    random_file part 20M
    dd if=part of="$SHARED/src" bs=1M seek=10 conv=notrunc status=none
    dd if=part of="$SHARED/src" bs=1M seek=70 conv=notrunc status=none
    local option
    for option in --engine=copy-range --engine=direct --sparse=always; do
        rm -f "$SHARED/dst"
        on_two_nodes 2 -v --verify --bwlimit=80M --chunk=300000 --reflink=never $option "$SHARED/src" "$SHARED/dst" >out
        assert_verified_elsewhere
        cmp "$SHARED/src" "$SHARED/dst"
    done
}

staged() {
    find "$SHARED" -name '.dst.mpcp-*' -size +0
}

# Changes a byte of a chunk that is copied already, while others are.
spoil() { # offset
    has_bytes() { [ -n "$(staged)" ] && [ "$(head -c $(($1 + 1)) "$(staged)" | tail -c 1 | tr -d '\0' | wc -c)" = 1 ]; }
    wait_until has_bytes "$1"
    sleep 0.5 # the chunk is whole by then
    printf '\0' | dd of="$(staged)" bs=1 seek="$1" conv=notrunc status=none
}

is_found() { # MPI
    needs_mpi "$1"
    with_two_nodes
    tr '\0' '\1' </dev/urandom | head -c 80M >"$SHARED/src"
    echo old >"$SHARED/dst"
    spoil 1000 &
    local job=$! status=0
    on_two_nodes 2 --verify --bwlimit=20M --chunk=1M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err || status=$?
    cat err
    wait $job
    [ "$status" = 1 ]
    [[ "$(said err)" == "mpcp: $SHARED/dst: cannot verify: the 1048576 bytes at offset 0 that the disk returns aren't \
those copied (on node node"[AB]")" ]]
    [ "$(cat "$SHARED/dst")" = old ]
    wait_until no_process_on_nodes
    assert_clean
}

# bats test_tags=slow
@test "a byte that is changed in between is reported, with node and offset: Open MPI" { is_found openmpi; }
@test "a byte that is changed in between is reported, with node and offset: MPICH" { is_found mpich; }
