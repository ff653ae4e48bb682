#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is mounted in a tree on only one of several nodes doesn't change what is copied: the first node's view counts.
load nodes
load trees

# Copies a tree with two nodes, both slow enough to take part: copy_with_mount NODE DIRECTORY-BELOW.
copy_with_mount() {
    needs_strace
    skip_sanitized "it would be slow itself"
    echo "mount -t tmpfs none '$SHARED/$2' && echo wrong >'$SHARED/$2/wrong'" >"setup-$1"
    delay utimensat 5000 nodeA nodeB
    on_two_nodes 4 -av -T "$SHARED/src" "$SHARED/dst" >out
    assert_all_took_part out
}

@test "in the source, on another node" {
    needs_mpi mpich
    with_two_nodes
    large_tree "$SHARED/src"
    copy_with_mount nodeB src/d7
    assert_as_cp "$SHARED"
}

@test "in the destination, on another node" {
    needs_mpi openmpi
    with_two_nodes
    large_tree "$SHARED/src"
    mkdir -p "$SHARED/dst/d7" "$SHARED/dst/d9/e2"
    copy_with_mount nodeB dst/d7
    assert_as_cp "$SHARED"
}

@test "in the source, on the first node" {
    needs_mpi mpich
    with_two_nodes
    large_tree "$SHARED/src"
    copy_with_mount nodeA src/d7
    [ "$(ls "$SHARED/dst/d7")" = wrong ]
    rm -r "$SHARED/dst/d7"
    mv "$SHARED/src/d7" "$DIR/d7"
    diff -r --no-dereference --exclude=fifo "$SHARED/src" "$SHARED/dst"
}

# The first node alone reads the directory, and gives away what is below it.
@test "in the source, on another node, above what that node is given" {
    needs_mpi mpich
    needs_strace
    skip_sanitized "it would be slow itself"
    with_two_nodes
    local n
    for n in {1..20}; do
        mkdir -p "$SHARED/src/d/e$n"
        random_file "$SHARED/src/d/e$n/file" 1000
    done
    echo "mount -t tmpfs none '$SHARED/src/d' && mkdir '$SHARED/src/d/e1'" >setup-nodeB
    delay utimensat 50000 nodeA
    on_two_nodes 4 -av -T "$SHARED/src" "$SHARED/dst" >out
    assert_as_cp "$SHARED"
}
