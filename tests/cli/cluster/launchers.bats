#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Only those who need MPI load it, and what is missing of it is reported.
load nodes

@test "mpcp itself isn't linked with MPI" {
    run -0 ldd "$MPCP"
    [[ "$output" != *mpi* ]]
}

@test "without the program that speaks MPI, one sentence tells what to install" {
    mkdir alone
    cp "$(realpath "$MPCP")" alone/mpcp
    echo text >src
    [ ! -d /usr/local/libexec/mpcp ] || skip "mpcp is installed here"
    run --separate-stderr alone/mpcp --mpi src dst
    [ "$status" = 2 ]
    [[ "$stderr" == "mpcp: --mpi: neither mpcp-openmpi nor mpcp-mpich is in mpcp's own directory or in /"*"/libexec/mpcp: \
install the package mpcp-mpi, or libopenmpi-dev or libmpich-dev, and build mpcp again" ]]
    [ ! -e dst ]
}

hint_once() { # MPI
    needs_mpi "$1"
    echo text >src
    on_one_node 3 src dst 2>err || true
    cat err
    [ "$(grep -c 'mpcp: each of the 3 ranks makes this copy by itself; with --mpi they make it together' err)" = 1 ]
    on_one_node 3 -q src dst 2>err || true
    ! grep 'with --mpi' err || false
}

@test "ranks that would all make the same copy are pointed to --mpi, once: Open MPI" { hint_once openmpi; }
@test "ranks that would all make the same copy are pointed to --mpi, once: MPICH" { hint_once mpich; }

@test "the launcher of another MPI than the program's is reported" {
    needs_mpi openmpi
    needs_mpi mpich
    mkdir other
    cp "$(realpath "$MPCP")" other/mpcp
    cp "$(dirname "$(realpath "$MPCP")")/mpcp-openmpi" other/mpcp-openmpi
    echo text >src
    local status=0
    timeout 100 mpiexec.hydra -n 2 other/mpcp --mpi src dst 2>err || status=$?
    cat err
    [ "$status" = 2 ]
    [ "$(said err)" = "mpcp: --mpi: the launcher has started 2 ranks that don't see each other: it belongs to another MPI \
than those that mpcp was built with" ]
    [ ! -e dst ]
}
