#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Extents are shared where that can be done, unless the user doesn't want it.
load ../support

free_kib() {
    sync -f "$MNT"
    df --output=avail "$MNT" | tail -1
}

# Copies 64 MiB within a file system, and prints how many KiB less are free then.
takes() { # option...
    random_file "$MNT/src" 64M
    local before=$(free_kib)
    mpcp "$@" "$MNT/src" "$MNT/dst"
    cmp "$MNT/src" "$MNT/dst"
    echo $((before - $(free_kib)))
}

with_sharing() { # type
    if [ "$1" = xfs ]; then with_mount xfs 512M -m reflink=1; else with_mount btrfs 512M; fi
}

shares_on() { # type
    with_sharing "$1"
    [ "$(takes)" -lt 8192 ]
    run mpcp -v "$MNT/src" "$MNT/again"
    [[ "$output" == *"; reflink, 0 jobs)" ]]
}

@test "xfs shares by itself" { shares_on xfs; }
@test "btrfs shares by itself" { shares_on btrfs; }

@test "what is shared can be verified, and resumed" {
    for type in xfs btrfs; do
        with_sharing $type
        random_file "$MNT/src" 20M
        truncate -s 30M "$MNT/src"
        mpcp --verify --resume --json "$MNT/src" "$MNT/dst" >out
        cmp "$MNT/src" "$MNT/dst"
        [ "$(jq -c '[.engine, .verified]' out)" = '["reflink",true]' ]
        assert_clean
        umount "$MNT"
        rmdir "$MNT"
    done
}

@test "not if that isn't wanted" {
    with_sharing xfs
    [ "$(takes --reflink=never)" -gt 60000 ]
}

@test "not if holes are to be filled" {
    with_sharing btrfs
    [ "$(takes --sparse=never)" -gt 60000 ]
}

@test "not by the kernel's own choice either" {
    local type option
    for type in xfs btrfs; do
        with_sharing $type
        random_file "$MNT/src" 1M
        for option in --reflink=never --sparse=never; do
            run --separate-stderr mpcp --engine=copy-range $option "$MNT/src" "$MNT/dst"
            assert_refused 1 "$MNT/dst: cannot copy: engine copy-range may share extents on this file system, which $option rules out"
            [ ! -e "$MNT/dst" ]
        done
        assert_clean
        mpcp --engine=copy-range "$MNT/src" "$MNT/dst"
        umount "$MNT"
        rmdir "$MNT"
    done
}

@test "where nothing can be shared, copy-range needn't be refused" {
    with_mount ext4 64M
    random_file "$MNT/src" 1M
    mpcp --engine=copy-range --reflink=never --sparse=never "$MNT/src" "$MNT/dst"
    cmp "$MNT/src" "$MNT/dst"
}

@test "a change of the copy doesn't reach the source" {
    with_sharing btrfs
    takes
    echo changed | dd of="$MNT/dst" conv=notrunc status=none
    run ! cmp -s "$MNT/src" "$MNT/dst"
    [ "$(head -c 7 "$MNT/src")" != changed ]
}

@test "--reflink means always" {
    with_mount ext4 64M
    echo new >"$MNT/src"
    echo old >"$MNT/dst"
    for option in --reflink --reflink=always --engine=reflink; do
        run --separate-stderr mpcp "$option" "$MNT/src" "$MNT/dst"
        assert_failed_like 1 "failed to clone '$MNT/dst' from '$MNT/src': Operation not supported"
        [ "$(cat "$MNT/dst")" = old ]
        assert_clean
        assert_clean "$MNT"
    done
}

# Runs mpcp --reflink=always, which must fail with that sentence.
cannot_share() { # sentence, argument...
    local sentence=$1
    shift
    run --separate-stderr mpcp --reflink=always "$@"
    assert_refused 1 "$sentence"
}

@test "what has no extents isn't copied instead" {
    with_mount ext4 64M
    cd "$MNT"
    touch empty
    echo old >dst
    for src in empty /proc/version; do
        for dst in dst new; do
            run --separate-stderr mpcp --reflink=always $src $dst
            assert_failed_like 1 "failed to clone '$dst' from '$src': (Operation not supported|Invalid argument|Invalid cross-device link|Inappropriate ioctl for device)"
        done
    done
    cannot_share "failed to clone 'dst' from standard input: the source is a stream or a device" - dst <empty
    cannot_share "failed to clone 'dst' from '/dev/null': the source is a stream or a device" /dev/null dst
    cannot_share "failed to clone '/dev/null' from 'dst': the destination is a stream or a device" dst /dev/null
    cannot_share "failed to clone standard output from 'dst': the destination is a stream or a device" dst -
    [ "$(cat dst)" = old ]
    [ ! -e new ]
}

@test "an empty file shares what it has" {
    with_sharing btrfs
    touch "$MNT/src"
    echo old >"$MNT/dst"
    mpcp --reflink=always "$MNT/src" "$MNT/dst"
    mpcp --reflink=always --verify --json "$MNT/src" "$MNT/new" >out
    [ "$(jq -c '[.engine, .bytes, .verified]' out)" = '["reflink",0,true]' ]
    [ -e "$MNT/new" ]
    [ ! -s "$MNT/dst" ]
    [ ! -s "$MNT/new" ]
}

@test "a destination that can't share keeps its end" {
    with_mount ext4 64M
    echo new >"$MNT/src"
    echo 'old and longer' >"$MNT/dst"
    cannot_share "failed to clone '$MNT/dst' from '$MNT/src': Operation not supported" --inplace "$MNT/src" "$MNT/dst"
    [ "$(cat "$MNT/dst")" = 'old and longer' ]
}

@test "from one file system to another bytes are moved" {
    with_sharing xfs
    random_file src 10M
    mpcp src "$MNT/dst"
    cmp src "$MNT/dst"
    run --separate-stderr mpcp --reflink src "$MNT/new"
    assert_failed_like 1 "failed to clone '$MNT/new' from 'src': Invalid cross-device link"
    [ ! -e "$MNT/new" ]
}

@test "in place, over a longer file" {
    with_sharing xfs
    random_file "$MNT/dst" 20M
    random_file "$MNT/src" 10000001
    mpcp --inplace --reflink "$MNT/src" "$MNT/dst"
    cmp "$MNT/src" "$MNT/dst"
}

@test "a sparse file keeps its holes" {
    with_sharing btrfs
    truncate -s 1T "$MNT/src"
    echo data | dd of="$MNT/src" bs=1M seek=1000 conv=notrunc status=none
    mpcp "$MNT/src" "$MNT/dst"
    [ "$(stat -c %s "$MNT/dst")" = 1099511627776 ]
    [ "$(du -k "$MNT/dst" | cut -f1)" -le 64 ]
}

@test "a file system that fails to share is no excuse for a bad copy" {
    needs_strace
    with_sharing xfs
    random_file "$MNT/src" 10M
    echo old >"$MNT/dst"
    run --separate-stderr traced ioctl:error=EIO:when=1+ "$MNT/src" "$MNT/dst"
    assert_failed_like 1 "failed to clone '$MNT/dst' from '$MNT/src': Input/output error"
    [ "$(cat "$MNT/dst")" = old ]
    run --separate-stderr traced ioctl:error=EXDEV:when=1+ "$MNT/src" "$MNT/dst"
    [ "$status" = 0 ]
    cmp "$MNT/src" "$MNT/dst"
}
