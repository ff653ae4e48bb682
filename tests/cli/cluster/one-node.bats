#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# If all ranks are on one machine, mpcp --mpi does what it does without MPI, with as many workers as there are ranks.
load nodes

copy_by_four() { # MPI
    needs_mpi "$1"
    random_file src 40M
    on_one_node 4 --mpi -v --reflink=never src dst >out 2>err
    cat out err
    cmp src dst
    [ -z "$(said err)" ]
    grep -q '4 jobs' out
    ! grep -q 'node' out || false
    assert_clean
}

@test "with Open MPI" { copy_by_four openmpi; }
# bats test_tags=slow
@test "with MPICH" { copy_by_four mpich; }

fail_once() { # MPI
    needs_mpi "$1"
    local status=0
    on_one_node 4 --mpi missing dst 2>err || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(said err)" = "mpcp: cannot stat 'missing': No such file or directory" ]
    [ ! -e dst ]
}

# bats test_tags=slow
@test "a failure is reported once, and is the launcher's exit status: Open MPI" { fail_once openmpi; }
@test "a failure is reported once, and is the launcher's exit status: MPICH" { fail_once mpich; }

@test "what is wrong with the command line is said once" {
    needs_mpi openmpi
    local status=0
    # The first rank, which says it, is the last to begin.
    cat >last <<'END'
#!/bin/sh
[ "$OMPI_COMM_WORLD_RANK" != 0 ] || sleep 0.5
exec "$@"
END
    chmod +x last
    timeout 100 mpirun.openmpi --oversubscribe -n 3 ./last "$DIR/$PROCESS" --mpi --chunk=nonsense src dst 2>err ||
        status=$?
    cat err
    [ "$status" = 2 ]
    [ "$(grep -c nonsense err)" = 1 ]
}

@test "help is printed once" {
    needs_mpi mpich
    [ "$(on_one_node 3 --mpi --version | wc -l)" = 1 ]
    [ "$(on_one_node 3 --help --mpi | grep -c '^Usage')" = 1 ]
}

@test "without a launcher there is one rank" {
    needs_mpi mpich
    random_file src 20M
    mpcp --mpi src dst
    cmp src dst
    assert_clean
}
