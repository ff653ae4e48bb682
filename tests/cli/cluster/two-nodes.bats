#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Several nodes make one copy of a large file, a part each.
load nodes

# So slow that both have begun in time.
SLOW=--bwlimit=100M

# Both nodes have copied some of it, and nothing is left.
assert_together() { # file with what -v has said
    cat "$1"
    grep -q ": copied by several nodes: node[AB] [1-9].*, node[AB] [1-9]" "$1"
    wait_until no_process_on_nodes
    assert_clean
}

copy_on() { # MPI, kind of file system
    needs_mpi "$1"
    with_two_nodes "$2"
    random_file "${BEHIND-$SHARED}/src" 100M
    on_two_nodes 4 -v $SLOW --reflink=never "$SHARED/src" "$SHARED/dst" >out 2>err || { cat out err; false; }
    cat err
    [ -z "$(said err)" ]
    assert_together out
    cmp "${BEHIND-$SHARED}/src" "${BEHIND-$SHARED}/dst"
}

@test "with Open MPI" { copy_on openmpi; }
@test "with MPICH" { copy_on mpich; }
# bats test_tags=slow
@test "with Open MPI, over a network file system" { copy_on openmpi sshfs; }
@test "with MPICH, over a network file system" { copy_on mpich sshfs; }

@test "with each engine that there is" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    local engine
    for engine in copy-range mmap mmap-read mmap-write read-write sendfile splice direct direct-read; do
        rm -f "$SHARED/dst"
        echo "$engine"
        on_two_nodes 2 -v $SLOW --engine=$engine --chunk=256K --reflink=never "$SHARED/src" "$SHARED/dst" >out
        assert_together out
        cmp "$SHARED/src" "$SHARED/dst"
    done
}

@test "the holes of a sparse one are kept" {
    needs_mpi openmpi
    with_two_nodes
    local i
    truncate -s 200M "$SHARED/src"
    for i in $(seq 0 5 195); do # 1 MiB each
        dd if=/dev/urandom of="$SHARED/src" bs=1M count=1 seek=$i conv=notrunc status=none
    done
    on_two_nodes 4 -v $SLOW --chunk=256K "$SHARED/src" "$SHARED/dst" >out
    assert_together out
    cmp "$SHARED/src" "$SHARED/dst"
    [ "$(stat -c %b "$SHARED/dst")" -le $(($(stat -c %b "$SHARED/src") + 256)) ]
}

@test "and zeros become holes, if they are to" {
    needs_mpi mpich
    with_two_nodes
    { head -c 20M /dev/urandom; head -c 40M /dev/zero; head -c 20M /dev/urandom; } >"$SHARED/src"
    on_two_nodes 2 -v $SLOW --sparse=always "$SHARED/src" "$SHARED/dst" >out
    assert_together out
    cmp "$SHARED/src" "$SHARED/dst"
    [ "$(stat -c %b "$SHARED/dst")" -le $((41 * 2048)) ]
}

@test "what it replaces keeps its attributes, what is preserved is as before" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    touch -d 2001-02-03 "$SHARED/src"
    chmod 640 "$SHARED/src"
    echo old >"$SHARED/dst"
    chmod 604 "$SHARED/dst"
    on_two_nodes 2 -v $SLOW --reflink=never "$SHARED/src" "$SHARED/dst" >out
    assert_together out
    [ "$(stat -c %a "$SHARED/dst")" = 604 ]
    on_two_nodes 2 -pv $SLOW --reflink=never "$SHARED/src" "$SHARED/new" >out
    assert_together out
    [ "$(stat -c '%a %Y' "$SHARED/new")" = "$(stat -c '%a %Y' "$SHARED/src")" ]
}

@test "several files, large and small, one after the other" {
    needs_mpi openmpi
    with_two_nodes
    local name
    for name in a b c; do random_file "$SHARED/$name" 40M; done
    echo small >"$SHARED/small"
    mkdir "$SHARED/to"
    on_two_nodes 4 -v $SLOW --reflink=never "$SHARED"/{a,b,small,c} "$SHARED/to" >out
    assert_together out
    [ "$(grep -c 'several nodes' out)" = 3 ]
    grep -q "small': copied by one node alone: it is too small to be divided" out
    for name in a b c small; do cmp "$SHARED/$name" "$SHARED/to/$name"; done
}

@test "a small tree, and a stream, are copied by one of them" {
    needs_mpi openmpi # Hydra gives up if it can't hand on standard input as fast as it comes
    with_two_nodes
    some_tree "$SHARED/tree" 3 3
    random_file "$SHARED/src" 40M
    on_two_nodes 2 -a "$SHARED/tree" "$SHARED/copy"
    assert_same_trees "$SHARED/tree" "$SHARED/copy"
    on_two_nodes 2 - "$SHARED/stream" <"$SHARED/src"
    cmp "$SHARED/src" "$SHARED/stream"
    wait_until no_process_on_nodes
    assert_clean
}

@test "they keep to a rate together" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    on_two_nodes 2 -v --bwlimit=20M --fsync "$SHARED/src" "$SHARED/dst" >out
    assert_together out
    cmp "$SHARED/src" "$SHARED/dst"
    # at 20 MiB a second 2 s; at twice that, had each the whole rate, 1
    [ "$(sed -n 's/.* in \([0-9]*\)\.[0-9]* s,.*/\1/p' out)" -ge 1 ]
    ! grep -q ' in 1\.[0-5]' out || false
}

@test "a slow node holds up nobody" {
    needs_mpi openmpi
    needs_strace
    skip_sanitized "it would be slow itself"
    with_two_nodes
    random_file "$SHARED/src" 200M
    delay pwrite64 100000 nodeB
    on_two_nodes 2 -vj1 --engine=read-write --chunk=1M --buffer=1M --bwlimit=200M "$SHARED/src" "$SHARED/dst" >out
    assert_together out
    cmp "$SHARED/src" "$SHARED/dst"
    # nodeA does 100 MiB a second, nodeB 10
    [ "$(sed -n 's/.*nodeB \([0-9]*\)\.[0-9]* MiB.*/\1/p' out)" -le 40 ]
}
