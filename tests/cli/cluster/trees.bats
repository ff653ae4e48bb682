#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Several nodes make one copy of a tree, some directories each.
load nodes
load trees

copy_on() { # MPI, [kind of file system]
    needs_mpi "$1"
    with_two_nodes "${2-}"
    large_tree "${BEHIND-$SHARED}/src" "${2-}"
    let_all_take_part
    on_two_nodes 4 -av "$SHARED/src" "$SHARED/dst" >out 2>err || { cat err; false; }
    cat err
    [ -z "$(said err)" ]
    assert_all_took_part out
    assert_as_cp "${BEHIND-$SHARED}"
    wait_until no_process_on_nodes
    assert_clean
}

@test "with Open MPI" { copy_on openmpi; }
@test "with MPICH" { copy_on mpich; }
@test "with Open MPI, over a network file system" { copy_on openmpi sshfs; }
# bats test_tags=slow
@test "with MPICH, over a network file system" { copy_on mpich sshfs; }

# What a node other than the first gives away goes through the first.
@test "on three nodes" {
    needs_mpi mpich
    with_two_nodes
    and_a_third_node
    large_tree "$SHARED/src"
    let_all_take_part
    on_two_nodes 6 -av "$SHARED/src" "$SHARED/dst" >out 2>err || { cat err; false; }
    cat err
    tail -1 out
    [ -z "$(said err)" ]
    grep -q "nodeC [1-9][0-9]* entries, .*; nodeA [1-9][0-9]* entries, " out
    assert_as_cp "$SHARED"
    assert_clean
}

@test "on one node it is as usual" {
    needs_mpi openmpi
    SHARED=$DIR
    large_tree src
    on_one_node 4 --mpi -av src dst >out
    ! grep "several nodes" out || false
    assert_as_cp "$DIR"
    assert_clean
}

# A directory's line comes after all those about what is in it, whoever has copied that.
@test "--json reports each entry once, in order, and what each node has done" {
    needs_mpi mpich
    with_two_nodes
    large_tree "$SHARED/src"
    let_all_take_part
    on_two_nodes 2 -a --json "$SHARED/src" "$SHARED/dst" >out
    python3 - "$SHARED/src" out <<'END'
import json, os, sys
lines = [json.loads(line) for line in open(sys.argv[2])]
total = lines.pop()
nodes = [line for line in lines if line['kind'] == 'node']
entries = [line for line in lines if line['kind'] != 'node']
names = [line['source'] for line in entries]
there = [sys.argv[1]] + [os.path.join(path, name) for path, d, f in os.walk(sys.argv[1]) for name in d + f]
assert sorted(names) == sorted(there), (len(names), len(there))
for at, name in enumerate(names):
    parent = os.path.dirname(name)
    assert parent not in names or names.index(parent) > at, name
assert all(line['outcome'] == 'copied' for line in entries)
assert sorted(line['node'] for line in nodes) == ['nodeA', 'nodeB'], nodes
assert all(line['entries'] > 0 for line in nodes), nodes
assert sum(line['entries'] for line in nodes) == total['entries'] == len(there), (nodes, total)
assert sum(line['bytes'] for line in nodes) == total['bytes'] == sum(line.get('bytes', 0) for line in entries)
END
    wait_until no_process_on_nodes
}

@test "several operands, into a directory, over what is there" {
    needs_mpi openmpi
    with_two_nodes
    mkdir "$SHARED/to" "$SHARED/expected"
    large_tree "$SHARED/one"
    large_tree "$SHARED/two"
    echo old >"$SHARED/to/file"
    mkdir -p "$SHARED/to/one/d3/e3"
    echo old >"$SHARED/to/one/d3/e3/file 1"
    cp -a "$SHARED/to/." "$SHARED/expected"
    cp -a "$SHARED/one" "$SHARED/two" "$SHARED/expected"
    let_all_take_part
    on_two_nodes 4 -av "$SHARED/one" "$SHARED/two" "$SHARED/to" >out
    assert_all_took_part out
    print_tree "$SHARED/expected/one" >expected.txt
    print_tree "$SHARED/to/one" >got.txt
    cmp expected.txt got.txt
    print_tree "$SHARED/expected/two" >expected.txt
    print_tree "$SHARED/to/two" >got.txt
    cmp expected.txt got.txt
    assert_clean
}

@test "without -a, as well: modes, umask, default ACLs" {
    needs_mpi mpich
    needs_kept acl
    with_two_nodes
    large_tree "$SHARED/src"
    setfacl -R -b "$SHARED/src"
    umask 027
    mkdir -p "$SHARED"/{expected,dst}/{d2,d9}
    setfacl -d -m u:1234:rwx "$SHARED"/{expected,dst}/{d2,d9}
    cp -rT "$SHARED/src" "$SHARED/expected"
    echo 'umask 077' >setup-nodeB
    let_all_take_part
    on_two_nodes 4 -rTv "$SHARED/src" "$SHARED/dst" >out
    assert_all_took_part out
    print_modes "$SHARED/expected" >expected.txt
    print_modes "$SHARED/dst" >got.txt
    diff expected.txt got.txt
    assert_clean
}

# Whoever meets one: the one in the last directory is copied by another node.
@test "huge files are copied by all of them together" {
    needs_mpi openmpi
    with_two_nodes
    large_tree "$SHARED/src"
    local name
    for name in huge d0/huge d5/e1/huge d11/huge; do
        random_file "$SHARED/src/$name" 40M
        truncate -s 260M "$SHARED/src/$name"
    done
    ln "$SHARED/src/d11/huge" "$SHARED/src/d1/again"
    let_all_take_part
    on_two_nodes 4 -av --explain --reflink=never "$SHARED/src" "$SHARED/dst" >out 2>err || { cat err; false; }
    [ -z "$(said err)" ]
    assert_all_took_part out
    assert_as_cp "$SHARED"
    grep "copied by several nodes" out
    [ "$(grep -cE "/(huge|again)': copied by several nodes: " out)" = 4 ]
    wait_until no_process_on_nodes
    assert_clean
}
