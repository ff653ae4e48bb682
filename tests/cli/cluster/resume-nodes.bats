#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --resume goes on from what nodes have copied together: with nodes again, or alone.
load nodes

# Chunks that the journal names: 32 bytes each, after a header.
journaled() {
    local size
    size=$(stat -c %s "$1/.dst.mpcp-journal" 2>/dev/null) || size=0
    echo $((size / 32 - 3))
}

# Of 40 chunks, each node copies half.
has_those_of_both() {
    [ "$(journaled "${BEHIND-$SHARED}")" -ge 27 ]
}

killed_on() { # MPI, kind of file system
    needs_mpi "$1"
    with_two_nodes "$2"
    random_file "${BEHIND-$SHARED}/src" 40M
    echo old >"$SHARED/dst"
    on_two_nodes 2 --resume --chunk=1M --bwlimit=3M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err &
    local job=$!
    wait_until has_those_of_both
    kill -KILL $(processes)
    wait $job || true
    wait_until no_process_on_nodes
    cat err
    [ "$(cat "$SHARED/dst")" = old ]
}

assert_kept() { # least chunks
    cat out
    cmp "${BEHIND-$SHARED}/src" "${BEHIND-$SHARED}/dst"
    [ "$(member kept <out)" -ge $(($1 * 1048576)) ]
    [ "$(member bytes <out)" = $((40 * 1048576)) ]
    assert_clean
}

again_on_both() {
    on_two_nodes 2 --resume --chunk=1M --reflink=never --bwlimit=100M --json "$@" "$SHARED/src" "$SHARED/dst" >out
    wait_until no_process_on_nodes
}

# What the killed job has left.
leave() {
    cp partial "$SHARED/.dst.mpcp-partial"
    cp journal "$SHARED/.dst.mpcp-journal"
}

again_alone() {
    mpcp --resume --chunk=1M --reflink=never --json "$SHARED/src" "$SHARED/dst" >out
}

@test "with nodes again, or by plain mpcp; and what has changed is copied again" {
    needs_strace
    skip_sanitized "it would be slow itself"
    killed_on openmpi
    local kept
    kept=$(journaled "$SHARED")
    mv "$SHARED/.dst.mpcp-partial" partial
    mv "$SHARED/.dst.mpcp-journal" journal
    leave
    # The first node is so slow that the other one has much of it to look at.
    delay pread64 100000 nodeA
    again_on_both -j1 # who removes what told nodes that they see the same directory
    assert_kept "$kept"
    : >around-nodeA
    leave
    again_alone
    assert_kept "$kept"
    printf 'xxxx' | dd of=partial bs=1 seek=10 conv=notrunc status=none
    leave
    again_on_both
    assert_kept $((kept - 1))
}

@test "with nodes again: MPICH, over a network file system" {
    killed_on mpich sshfs
    again_on_both --verify
    assert_kept 27
    [ "$(member verified <out)" = True ]
}

@test "what plain mpcp has begun" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    "$DIR/$PROCESS" --resume --chunk=1M --bwlimit=8M --reflink=never "$SHARED/src" "$SHARED/dst" &
    local job=$!
    has_some() { [ "$(journaled "$SHARED")" -ge 15 ]; }
    wait_until has_some
    kill $job
    wait $job || true
    again_on_both
    assert_kept 15
}

@test "when a node fails, what it had copied before is kept" {
    needs_mpi openmpi
    with_two_nodes
    random_file "$SHARED/src" 40M
    on_two_nodes 2 --resume --chunk=1M --bwlimit=3M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err &
    local job=$! status=0
    wait_until has_those_of_both
    kill -KILL "$(pids_of worker B | head -1)"
    wait $job || status=$?
    cat err
    [ "$status" = 1 ]
    [[ "$(said err)" == "mpcp: $SHARED/dst: cannot copy: worker "*" was killed by signal 9 (Killed) (on node nodeB) \
(--resume goes on from what is copied)" ]]
    wait_until no_process_on_nodes
    again_on_both
    assert_kept 27
}

@test "nothing is built on what a disk has failed to take" {
    needs_mpi mpich
    needs_strace
    skip_sanitized "it makes other calls"
    with_two_nodes
    random_file "$SHARED/src" 40M
    echo "strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:error=EIO" >around-nodeB
    local status=0
    on_two_nodes 2 --resume --bwlimit=60M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(said err)" = "mpcp: error writing '$SHARED/dst': Input/output error (on its way to the disk) (on node nodeB)" ]
    wait_until no_process_on_nodes
    assert_clean
}

@test "another directory may have an unfinished copy of that name" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 40M
    mkdir "$SHARED/to" other
    random_file other/.dst.mpcp-partial 40M
    cp other/.dst.mpcp-partial before
    echo "mount --bind other '$SHARED/to'" >setup-nodeB
    local status=0
    on_two_nodes 2 --resume "$SHARED/src" "$SHARED/to/dst" 2>err || status=$?
    cat err
    [ "$status" = 1 ]
    [[ "$(said err)" == "mpcp: $SHARED/to/dst: cannot copy: what other nodes write there isn't seen here: "* ]]
    wait_until no_process_on_nodes
    cmp before other/.dst.mpcp-partial
}
