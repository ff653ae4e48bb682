#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What becomes of a destination that exists: -n, -i, -u, --inplace.
load ../support

eval "enter_$(declare -f setup)"

setup() {
    enter_setup
    echo new >src
    echo old >dst
}

@test "it is replaced by a new file" {
    inode=$(stat -c %i dst)
    mpcp src dst
    cmp src dst
    [ "$(stat -c %i dst)" != "$inode" ]
    assert_clean
}

@test "--inplace keeps the file" {
    inode=$(stat -c %i dst)
    head -c 100000 /dev/urandom >dst
    mpcp --inplace src dst
    cmp src dst
    [ "$(stat -c %i dst)" = "$inode" ]
}

@test "-n leaves it, and copies what isn't there" {
    mpcp -n src dst
    [ "$(cat dst)" = old ]
    mpcp -n src dst2
    cmp src dst2
}

@test "-i asks, and takes anything but y for no" {
    for answer in n N x '' yes-but; do
        echo old >dst
        run --separate-stderr mpcp -i src dst <<<"$answer"
        [ "$status" = 0 ]
        [[ "$stderr" == "mpcp: replace 'dst'?"* ]]
        [ "$(cat dst)" = "$([ "$answer" = yes-but ] && echo new || echo old)" ]
    done
    echo old >dst
    mpcp -i src dst </dev/null 2>/dev/null
    [ "$(cat dst)" = old ]
}

@test "of -i and -n the last counts" {
    echo y | mpcp -n -i src dst
    [ "$(cat dst)" = new ]
    echo old >dst
    echo y | mpcp -i -n src dst
    [ "$(cat dst)" = old ]
}

@test "-u replaces what is older, and only that" {
    touch -d '2001-01-01 00:00:00.5' src dst
    mpcp -u src dst
    [ "$(cat dst)" = old ]
    touch -d '2001-01-01 00:00:00.500000001' dst
    mpcp -u src dst
    [ "$(cat dst)" = old ]
    touch -d '2001-01-01 00:00:00.499999999' dst
    mpcp -u src dst
    [ "$(cat dst)" = new ]
}

@test "a symbolic link to it is followed, and stays" {
    mkdir d
    ln -s ../dst d/link
    mpcp src d/link
    [ -L d/link ]
    cmp src dst
    assert_clean
}

@test "one with several hard links is written in place, and -v says so" {
    ln dst other
    run mpcp -v src dst
    [[ "${lines[0]}" == "'dst': written in place: it has more than one hard link" ]]
    cmp src other
}

@test "one in a directory where nothing can be created is written in place" {
    needs_root
    mkdir d
    echo old >d/dst
    chmod 666 d/dst
    chmod 755 . d
    run mpcp_as_nobody -v src d/dst
    [[ "${lines[0]}" == "'d/dst': written in place: nothing can be created in its directory" ]]
    cmp src d/dst
}

@test "one of another user is written in place, and stays theirs" {
    needs_root
    chmod 666 dst
    chmod 777 .
    run mpcp_as_nobody -v src dst
    [[ "${lines[0]}" == "'dst': written in place: a new file can't be given its owner and attributes" ]]
    cmp src dst
    [ "$(stat -c %u dst)" = 0 ]
}

@test "a mount point is written in place" {
    needs_root
    touch over
    mount --bind over dst || skip "no bind mounts here"
    MNT=$DIR/dst
    run mpcp -v src dst
    [[ "${lines[0]}" == "'dst': written in place: it is a mount point" ]]
    cmp src over
}

@test "a larger one in place is cut" {
    head -c 5M /dev/urandom >dst
    head -c 3M /dev/urandom >src
    mpcp --inplace -j2 src dst
    cmp src dst
}

@test "through /dev/stdout, the file that is open is written" {
    mpcp src /dev/stdout >out
    cmp src out
}
