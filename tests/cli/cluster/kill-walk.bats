#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Any process of an MPI job is killed at any moment: launchers, speakers, copiers, workers. KILLS says how often with each
# MPI, SEED repeats a walk.
load nodes
load trees

kind_of() { # pid
    local node
    for node in A B; do
        for kind in speaker copier worker; do
            ! pids_of $kind $node | grep -qx "$1" || { echo "$kind of node$node"; return; }
        done
    done
    ps -o comm= -p "$1" || echo "one that was gone"
}

# Kills one of all that there are, as soon as there is one.
strike() { # pid of the job
    local pids
    while mapfile -t pids < <(processes) && [ ${#pids[@]} = 0 ]; do
        kill -0 "$1" 2>/dev/null || { STRUCK=nobody; return 0; }
        sleep 0.02
    done
    local pid=${pids[RANDOM % ${#pids[@]}]}
    STRUCK=$(kind_of "$pid")
    kill -KILL "$pid" 2>/dev/null || STRUCK="$STRUCK, too late"
}

violated() {
    echo "$*, after the kill of: $STRUCK; SEED=$SEED, kill $i" >&2
    cat err >&2
    processes | xargs -r ps -f -p >&2
    return 1
}

walk() { # MPI
    needs_mpi "$1"
    with_two_nodes
    random_file "$SHARED/src" 40M
    SEED=${SEED-$RANDOM}
    RANDOM=$SEED
    local i job status
    for i in $(seq "${KILLS-40}"); do
        echo old >"$SHARED/dst"
        on_two_nodes 4 --bwlimit=40M --reflink=never "$SHARED/src" "$SHARED/dst" 2>err &
        job=$!
        sleep "$((RANDOM % 2)).$((RANDOM % 10))"
        strike $job
        assert_all_ended || violated "processes are left"
        status=0
        wait "$job" || status=$?
        if ! cmp -s "$SHARED/src" "$SHARED/dst"; then
            [ "$status" != 0 ] || violated "exit status 0, and no copy"
            [ "$(cat "$SHARED/dst")" = old ] || violated "neither the old file nor the new one"
        fi
        echo "$i: $STRUCK: status $status" >>struck
    done
    on_two_nodes 2 --reflink=never "$SHARED/src" "$SHARED/dst"
    cmp "$SHARED/src" "$SHARED/dst"
    wait_until no_process_on_nodes
    assert_clean
    cut -d: -f2 struck | sort | uniq -c | sed 's/^/# /' >&3
}

# Whatever has its own name is whole, and everything that was copied without a complaint is there.
walk_trees() { # MPI
    needs_mpi "$1"
    with_two_nodes
    mkdir "$SHARED/src"
    for i in 1 2 3; do large_tree "$SHARED/src/$i"; done
    print_tree "$SHARED/src" >expected.txt
    SEED=${SEED-$RANDOM}
    RANDOM=$SEED
    local i job status
    for i in $(seq "${KILLS-15}"); do
        rm -rf "$SHARED/dst"
        on_two_nodes 4 -a "$SHARED/src" "$SHARED/dst" 2>err &
        job=$!
        sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
        strike $job
        assert_all_ended || violated "processes are left"
        status=0
        wait "$job" || status=$?
        assert_whole || violated "half a file"
        if [ "$status" = 0 ]; then
            print_tree "$SHARED/dst" >got.txt
            cmp expected.txt got.txt || violated "exit status 0, and not all is copied"
        fi
        echo "$i: $STRUCK: status $status" >>struck
    done
    cut -d: -f2 struck | sort | uniq -c | sed 's/^/# /' >&3
}

@test "with Open MPI" { walk openmpi; }
@test "with MPICH" { walk mpich; }
@test "trees with Open MPI" { walk_trees openmpi; }
@test "trees with MPICH" { walk_trees mpich; }
