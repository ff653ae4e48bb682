#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# If several of many files are copied to one file, or one is copied to another's source, their order counts, as with
# cp: the last one wins, whole.
load ../support

# Sources s/f00 to s/f69, of which f01 and f02 are given sizes that take a while, and a directory d.
sources() { # size of f01, size of f02
    local i
    mkdir s d
    for i in $(seq -w 0 69); do echo "source $i" >"s/f$i"; done
    random_file s/f01 "$1"
    random_file s/f02 "$2"
}

# Copies again and again what a command has laid out anew: the last must win each time.
last_wins() { # layout command, file that must get s/f02
    local round
    for round in $(seq 12); do
        rm -rf d/*
        "$1"
        mpcp s/f* d/
        cmp s/f02 "$2"
    done
    assert_clean
}

hard_links() { echo old >d/f01 && ln d/f01 d/f02; }
link_to_later() { echo old >d/f02 && ln -s f02 d/f01; }
link_to_earlier() { echo old >d/f01 && ln -s f01 d/f02; }
links_to_elsewhere() { echo old >target && ln -s ../target d/f01 && ln -s "$DIR/target" d/f02; }

@test "hard links" {
    sources 7M 7M
    last_wins hard_links d/f01
}

@test "hard links, the last file being smaller" {
    sources 7M 100
    last_wins hard_links d/f01
}

@test "a link to a later one" {
    sources 7M 7M
    last_wins link_to_later d/f02
}

@test "a link to an earlier one" {
    sources 7M 7M
    last_wins link_to_earlier d/f01
}

@test "links to a file elsewhere" {
    sources 7M 100
    last_wins links_to_elsewhere target
}

@test "a large one, then a small one" {
    sources 9M 100
    last_wins hard_links d/f01
}

@test "a small one, then a large one" {
    sources 7M 9M
    last_wins hard_links d/f01
}

@test "one file mounted on two names" {
    needs_root
    sources 7M 100
    echo old >target
    touch d/f01 d/f02
    { mount --bind target d/f01 && mount --bind target d/f02; } 2>/dev/null || skip "nothing can be mounted here"
    mpcp s/f* d/
    cmp s/f02 target
    rm -f d/f0[03-9]
}

# f02 is read after f01 is written where it comes from, f00 before.
@test "a source that is another's destination is read in its turn" {
    local round
    sources 7M 100
    rm s/f00 s/f02
    ln -s ../d/f01 s/f00
    ln -s ../d/f01 s/f02
    for round in $(seq 12); do
        rm -rf d/*
        echo old >d/f01
        mpcp s/f* d/
        [ "$(cat d/f00)" = old ]
        cmp s/f01 d/f02
    done
}

@test "a source that isn't there before another is copied is found in its turn" {
    sources 3M 100
    rm s/f00 s/f50
    ln -s ../d/f01 s/f00
    ln -s ../d/f01 s/f50
    run --separate-stderr mpcp s/f* d/
    assert_failed_like 1 "cannot stat 's/f00': No such file or directory"
    cmp s/f01 d/f50
}

@test "a link that leads nowhere, until another is copied" {
    sources 3M 100
    ln -s f02 d/f01
    ln -s f02 d/f50
    run --separate-stderr mpcp s/f* d/
    assert_failed_like 1 "not writing through dangling symlink 'd/f01'"
    cmp s/f50 d/f02
}

# Sets $MNT to a directory in which "A" and "a" are one name.
with_folded_names() {
    needs_root
    mkdir mnt
    truncate -s 300M image
    if mkfs.xfs -q -f -n version=ci image && mount -o loop image mnt; then
        MNT=mnt
    elif mkfs.ext4 -q -F -O casefold -E encoding=utf8 image && mount -o loop image mnt; then
        mkdir mnt/d
        chattr +F mnt/d
        MNT=mnt/d
    elif mkfs.vfat image && mount -o loop image mnt; then
        MNT=mnt
    elif mkntfs -q -F -f image && lowntfs-3g -o ignore_case image mnt 3>&-; then
        MNT=mnt
    fi 2>/dev/null >&2
    [ -n "${MNT-}" ] || skip "no file system that takes a and A for one name can be mounted here"
}

@test "names that differ for us, but not for the file system" {
    local round
    with_folded_names
    sources 3M 100
    mkdir t
    echo last >t/F01 # is ready before s/f01 is
    for round in $(seq 12); do
        rm -f "$MNT"/*
        mpcp s/f0[01] t/F01 s/f0[2-9] s/f[1-6]* "$MNT"/
        [ "$(cat "$MNT"/f01)" = last ]
        [ "$(ls "$MNT" | wc -l)" = 70 ]
    done
}

same_as_cp() { # rounds, seed
    cp --version | grep -q coreutils || skip "cp isn't that of coreutils"
    python3 "$BATS_TEST_DIRNAME/like_cp.py" --mpcp="$MPCP" --rounds="$1" --seed="$2" "$DIR"
}

@test "the same outcome as cp's, with links and sources at random" { same_as_cp 3 1; }
# bats test_tags=slow
@test "the same outcome as cp's, with many more of them" { same_as_cp 12 1; }
