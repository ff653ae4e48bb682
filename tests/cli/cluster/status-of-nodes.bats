#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --status shows on each node what that one does of a copy, and how far all of them together are.
load nodes

# What --status says on a node about the copy there, as JSON: an expression over it, as o.
on_node() { # node, expression
    ip netns exec "${!1}" "$DIR/$PROCESS" --status --json "$(pids_of copier "$1" | head -1)" |
        python3 -c 'import json, sys; o = json.load(sys.stdin); print(eval(sys.argv[1]))' "$2"
}

both_have_begun() {
    [ "$(on_node A 'o["bytes_here"] > 0 and o["bytes"] > o["bytes_here"]')" = True ] &&
        [ "$(on_node B 'o["bytes_here"] > 0 and o["bytes"] > o["bytes_here"]')" = True ]
} 2>/dev/null

@test "as JSON, and for people" {
    needs_mpi mpich
    with_two_nodes
    random_file "$SHARED/src" 60M
    on_two_nodes 2 -j1 --bwlimit=6M --chunk=256K --reflink=never "$SHARED/src" "$SHARED/dst" 2>err &
    local job=$! expression
    wait_until both_have_begun
    expression='[o["node"], o["nodes"], o["leader"], o["size"] >> 20, o["phase"]]'
    [ "$(on_node A "$expression")" = "[1, 2, 'nodeA', 60, 'copying']" ]
    [ "$(on_node B "$expression")" = "[2, 2, 'nodeA', 60, 'copying']" ]
    [ "$(on_node B 'sum(w["bytes"] for w in o["workers"]) == o["bytes_here"]')" = True ]
    mpcp --status "$(pids_of copier B)" >out
    cat out
    [[ "$(cat out)" == *$'\n  node 2 of 2: '*$'iB, of a copy that nodeA leads\n  worker 1 '* ]]
    kill -TERM "$(pids_of copier A)"
    wait $job || true
    wait_until no_process_on_nodes
}
