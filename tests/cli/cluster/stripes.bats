#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# On Lustre nodes are granted whole stripes, so that no two of them write into one.
load nodes

# How many MiB each node has copied: one line per node.
copied_by_nodes() {
    grep -o 'node[AB] [0-9.]* MiB' out | cut -d' ' -f2
}

@test "nodes are granted whole stripes" {
    needs_mpi mpich
    [ -e "${LUSTRE-}" ] || skip "the module that makes files look as on Lustre isn't built"
    with_two_nodes
    random_file "$SHARED/src" 192M
    echo "env LD_PRELOAD=$LUSTRE STRIPE=16" >around-nodeA # rank 0's, which alone looks
    on_two_nodes 2 -v --bwlimit=200M --engine=read-write --chunk=1M "$SHARED/src" "$SHARED/dst" >out
    cat out
    cmp "$SHARED/src" "$SHARED/dst"
    [ "$(copied_by_nodes | wc -l)" = 2 ]
    local size
    for size in $(copied_by_nodes); do
        [ "${size%.0}" -gt 0 ]
        [ $((${size%.0} % 16)) = 0 ]
    done
    wait_until no_process_on_nodes
    assert_clean
}
