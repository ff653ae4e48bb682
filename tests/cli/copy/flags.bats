#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A file that is replaced keeps its flags, and whatever else its file system keeps with an inode.
load ../support

# flags_of FILE: those that chattr(1) sets.
flags_of() { lsattr "$1" | cut -d' ' -f1 | tr -d e-; }

# Makes dst with flags in $MNT, and replaces it in every way that there is.
replaced_with() { # chattr's argument
    for size in 3 100K 10M; do
        for how in "" --resume; do
            rm -f dst
            touch dst
            chattr "$1" dst 2>/dev/null || skip "no flag ${1#+} here"
            echo old >dst
            inode=$(stat -c %i dst)
            head -c $size /dev/urandom >src
            mpcp $how src dst
            cmp src dst
            [ "$(flags_of dst)" = "${1#+}" ]
            [ "$(stat -c %i dst)" != "$inode" ]
            assert_clean .
        done
    done
}

@test "on ext4" {
    needs_root
    for flag in A d S; do
        replaced_with +$flag
    done
}

@test "no copy on write, on btrfs" {
    with_mount btrfs 200M
    cd "$MNT"
    replaced_with +C
}

@test "compression, or none, on btrfs" {
    with_mount btrfs 200M
    cd "$MNT"
    replaced_with +c
    replaced_with +m
}

@test "a directory's flag isn't put on a file that doesn't have it" {
    with_mount btrfs 200M
    cd "$MNT"
    echo old >dst
    chattr +C .
    echo new >src
    mpcp src dst
    [ -z "$(flags_of dst)" ]
    mpcp src dst2
    [ "$(flags_of dst2)" = C ]
}

@test "one without the flag of no copy on write doesn't share what one with it has" {
    with_mount btrfs 200M
    cd "$MNT"
    random_file src 10M
    touch dst
    chattr +C dst
    echo old >dst
    mpcp src dst
    cmp src dst
    [ "$(flags_of dst)" = C ]
}

@test "allocation hints, on xfs" {
    with_mount xfs 400M
    cd "$MNT"
    touch dst
    xfs_io -c "extsize 1m" dst || skip "no xfs_io here"
    echo old >dst
    echo new >src
    mpcp src dst
    cmp src dst
    [ "$(xfs_io -c extsize dst)" = "[1048576] dst" ]
}

@test "the project of a quota, on xfs" {
    with_mount xfs 400M
    cd "$MNT"
    mkdir d
    echo old >d/dst
    echo new >src
    chattr -p 42 d/dst || skip "no projects here"
    mpcp src d/dst
    cmp src d/dst
    [ "$(lsattr -p d/dst | awk '{ print $1 }')" = 42 ]
    # A file without the project that a directory gives to all its files can't be renamed into it.
    chattr +P -p 7 d
    run mpcp -v src d/dst
    [[ "${lines[0]}" == "'d/dst': written in place: a new file can't be given its owner and attributes" ]]
    [ "$(lsattr -p d/dst | awk '{ print $1 }')" = 42 ]
}

@test "where a new file can't have them, it is written in place" {
    needs_root
    needs_strace
    touch dst
    chattr +d dst 2>/dev/null || skip "no flags here"
    inode=$(stat -c %i dst)
    echo new >src
    echo old >dst2
    chattr +d dst2
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o log -e trace=ioctl "$MPCP" src dst2
    when=$(grep -n SETFLAGS log | head -1 | cut -d: -f1)
    run traced ioctl:error=EPERM:when="$when" -v src dst
    [[ "${lines[0]}" == "'dst': written in place: a new file can't be given its owner and attributes" ]]
    cmp src dst
    [ "$(stat -c %i dst)" = "$inode" ]
    run --separate-stderr traced ioctl:error=EPERM:when="$when" --resume src dst
    assert_refused 1 "dst: cannot resume, because a new file can't be given its owner and attributes: Operation not permitted"
    assert_clean
}
