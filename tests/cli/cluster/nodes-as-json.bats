#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --json says what each node has done of a copy.
load nodes

told() { # expression over the object of a copy
    python3 -c 'import json, sys; o = json.load(sys.stdin); assert eval(sys.argv[1]), o' "$1" <out
}

told_on() { # MPI
    needs_mpi "$1"
    with_two_nodes
    random_file "$SHARED/src" 60M
    on_two_nodes 2 -j1 --json --verify --bwlimit=80M --reflink=never "$SHARED/src" "$SHARED/dst" >out
    cat out
    told '[n["node"] for n in o["nodes"]] == ["nodeA", "nodeB"]'
    told 'sum(n["bytes"] for n in o["nodes"]) == o["bytes"] == 60 << 20'
    told 'o["nodes"][0]["bytes"] == o["nodes"][1]["verified"] > 0'
    told 'o["nodes"][1]["bytes"] == o["nodes"][0]["verified"] > 0'
    told 'all(n["jobs"] == 1 and 0 < n["seconds"] < o["seconds"] for n in o["nodes"])'
}

@test "with Open MPI" { told_on openmpi; }
# bats test_tags=slow
@test "with MPICH" { told_on mpich; }

@test "and nothing if one node has copied alone" {
    needs_mpi mpich
    with_two_nodes
    echo small >"$SHARED/src"
    on_two_nodes 2 --json "$SHARED/src" "$SHARED/dst" >out
    told '"nodes" not in o'
}
