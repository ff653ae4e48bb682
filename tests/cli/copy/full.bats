#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A destination without enough room gives one sentence; what was there stays.
load ../support

# Zeros, but no holes, which would need no room.
full_of_zeros() { # name, size
    head -c "$2" /dev/zero >"$1"
}

free_kib() {
    sync -f "$MNT"
    df --output=avail "$MNT" | tail -1
}

refuses_when_full() { # sentence as an expression
    skip_across
    full_of_zeros src 100M
    echo old >"$MNT/dst"
    run --separate-stderr mpcp -j2 src "$MNT/dst"
    assert_failed_like 1 "$1"
    [ "$(cat "$MNT/dst")" = old ]
    run --separate-stderr mpcp -j2 src "$MNT/new"
    assert_failed_like 1 "$1"
    [ ! -e "$MNT/new" ]
    assert_clean
}

@test "ext4 refuses before the first byte" {
    with_mount ext4 64M
    refuses_when_full "error writing '.*': No space left on device \(reserving 100\.0 MiB\)"
}

@test "xfs refuses before the first byte" {
    with_mount xfs 320M
    random_file "$MNT/filler" 200M
    refuses_when_full "error writing '.*': No space left on device \(reserving 100\.0 MiB\)"
}

@test "tmpfs refuses before the first byte" {
    with_mount tmpfs 64M
    refuses_when_full "error writing '.*': No space left on device \(reserving 100\.0 MiB\)"
}

@test "ext2, which can't reserve space, is checked before" {
    with_mount ext2 64M
    refuses_when_full "error writing '.*': No space left on device \(reserving 100\.0 MiB\)"
}

@test "ext2 with blocks smaller than pages, too" {
    with_mount ext2 64M -b 1024
    refuses_when_full "error writing '.*': No space left on device \(reserving 100\.0 MiB\)"
}

@test "a limit on the size of files is reported as such" {
    random_file src 4M
    echo old >dst
    run --separate-stderr bash -c 'ulimit -f 1000; "$@"' - "$DIR/$PROCESS" --engine="$ENGINE" -j2 src dst
    assert_failed_like 1 "error writing 'dst': File too large \(reserving 4\.0 MiB\)"
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "a copy in place is refused before the old file is touched" {
    skip_across
    for type in ext2 ext4; do
        with_mount $type 64M
        full_of_zeros src 100M
        truncate -s 110M sparse
        head -c 100M src | dd of=sparse conv=notrunc status=none
        echo old >"$MNT/dst"
        for source in src sparse; do
            run --separate-stderr mpcp -j2 --inplace $source "$MNT/dst"
            assert_failed_like 1 "error writing '.*': No space left on device \(reserving 100\.0 MiB\)"
            [ "$(cat "$MNT/dst")" = old ]
        done
        umount "$MNT"
        rmdir "$MNT"
    done
}

# Of the blocks that statfs(2) counts as free for root, ext4 keeps some for itself: there seems to be room for them,
# and reserving fails when it has got nearly all of it.
@test "what a failed reservation has got is given back" {
    only_once
    needs_root
    with_mount ext4 256M
    { echo old; head -c 2M /dev/zero; } >"$MNT/dst"
    truncate -s 8M "$MNT/dst" # which ends in a hole
    ln "$MNT/dst" "$MNT/other"
    cp "$MNT/dst" before
    local free=$(free_kib) used=$(stat -c %b "$MNT/dst")
    full_of_zeros src $(($(stat -f -c '%f * %S' "$MNT") - (512 << 10)))
    for dst in dst new; do
        run --separate-stderr mpcp $([ $dst = dst ] || echo --resume) src "$MNT/$dst"
        assert_failed_like 1 "error writing '.*': No space left on device \(reserving [0-9.]+ MiB\)"
        [ "$(free_kib)" -ge $((free - 64)) ]
    done
    cmp before "$MNT/dst"
    [ "$(stat -c %b "$MNT/dst")" -le $((used + 8)) ] # the page in which data ends counts as data
    assert_clean "$MNT"
}

@test "with --resume nothing is left if there isn't even room for the journal" {
    only_once
    needs_root
    skip_across
    with_mount btrfs 160M
    echo old >"$MNT/dst"
    random_file src 30M
    take_all_room "$MNT"
    run --separate-stderr mpcp --resume src "$MNT/dst"
    [ "$status" = 1 ]
    [ "$(wc -l <<<"$stderr")" = 1 ]
    assert_clean "$MNT"
    [ "$(cat "$MNT/dst")" = old ]
}
