#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The power goes off: under the destination's name is the old or the new file, whole, if --fsync is given; and
# --resume builds on nothing that hasn't reached the disk.
#
# The disk is a file, on a file system that can share extents. A copy of it by FICLONE, which locks the file while it
# works, is what the disk had at that moment, and so what is found after the power has come back; what only the inner
# file system's cache had is lost. (A disk with a cache of its own may lose even more: what was not flushed. This one
# doesn't.)
load ../support

# The outer file system at $MNT, and the disk on it, formatted and mounted at $DIR/inner.
with_disk() { # type, mkfs option...
    local type=$1
    shift
    with_mount xfs 4G
    cp --reflink=always "$BATS_TEST_FILENAME" "$MNT/probe" 2>/dev/null || touch "$MNT/probe"
    cp --reflink=always "$MNT/probe" "$MNT/shared" 2>/dev/null || skip "this xfs can't share extents"
    mkdir inner after
    truncate -s 400M "$MNT/disk"
    mkfs."$type" -q "$@" "$MNT/disk" || skip "mkfs.$type is missing"
    mount -o loop "$MNT/disk" inner || skip "no $type on a loop device can be mounted"
    prove_mount "$DIR/inner" "$type" 400M
    TYPE=$type
    random_file a 5000001
    random_file b 9000001
}

cut_power() { # number
    cp --reflink=always "$MNT/disk" "$MNT/disk.$1"
}

# Mounts what the disk was at a moment, which replays the file system's journal.
bring_back() { # number
    local options=loop
    [ "$TYPE" != xfs ] || options+=,nouuid
    mount -o $options "$MNT/disk.$1" after
}

# Runs a command in what the disk was at each moment.
in_each() { # how many moments, command...
    local count=$1 i
    shift
    umount inner
    for i in $(seq "$count"); do
        bring_back "$i"
        echo "after power loss $i: $(ls -lA after)"
        "$@"
        umount after
    done
}

random_moment() {
    sleep 0.$((RANDOM % 30 + 10))
}

replace_forever() { # option...
    while true; do
        mpcp "$@" b inner/dst && mpcp "$@" a inner/dst || echo failed >>failures
    done
}

cut_power_while_replacing() { # how often, option...
    local times=$1 i replacing
    shift
    mpcp --fsync a inner/dst
    replace_forever "$@" 3>&- &
    replacing=$!
    for i in $(seq "$times"); do
        random_moment
        cut_power "$i"
    done
    kill $replacing
    wait $replacing || true
    wait_until no_process_left
    [ ! -e failures ]
}

is_old_or_new() {
    cmp a after/dst || cmp b after/dst
}

survives() { # type
    with_disk "$1"
    cut_power_while_replacing 8 --fsync
    in_each 8 is_old_or_new
}

@test "ext4: with --fsync there is the old or the new file" { survives ext4; }
# bats test_tags=slow
@test "xfs: with --fsync there is the old or the new file" { survives xfs; }
# bats test_tags=slow
@test "btrfs: with --fsync there is the old or the new file" { survives btrfs; }

# Each copy is made with another engine.
survives_right_after() { # type
    local i=0 engine file moments
    with_disk "$1"
    mkdir moments
    for engine in auto read-write mmap mmap-read direct splice; do
        for file in a b; do
            i=$((i + 1))
            mpcp --fsync --engine=$engine $file inner/dst
            cut_power $i
            cp $file moments/$i
        done
        i=$((i + 1))
        mpcp --fsync --engine=$engine a inner/new$i
        cut_power $i
    done
    is_new() {
        local name=after/new$i
        [ -e "$name" ] || name=after/dst
        cmp "$([ -e moments/$i ] && echo moments/$i || echo a)" "$name"
    }
    in_each $i is_new
}

@test "ext4: as soon as mpcp --fsync has ended, there is the new file" { survives_right_after ext4; }
# bats test_tags=slow
@test "xfs: as soon as mpcp --fsync has ended, there is the new file" { survives_right_after xfs; }
# bats test_tags=slow
@test "btrfs: as soon as mpcp --fsync has ended, there is the new file" { survives_right_after btrfs; }

# Without --fsync the name may be there before the bytes, so that some may be missing: they are zeros, or the file is
# short. What is impossible is that there is no file, or that it has other bytes in it.
has_no_other_bytes() {
    python3 - a b after/dst <<'P'
import sys
a, b, found = (open(name, 'rb').read() for name in sys.argv[1:])
def comes_of(file):
    pages = range(0, len(found), 4096)
    return len(found) <= len(file) and all(
        found[at:at + 4096] == file[at:at + 4096] or not any(found[at:at + 4096]) for at in pages)
sys.exit(not (comes_of(a) or comes_of(b)))
P
}

@test "ext4: without --fsync there is a file, of the old or the new bytes and zeros" {
    with_disk ext4
    cut_power_while_replacing 5
    in_each 5 has_no_other_bytes
}

# --- --resume ---

resume_after() { # option...
    mpcp --resume --chunk=256K --json -j2 "$@" src after/dst >out
    echo "$(member kept <out) bytes were kept"
    KEPT=$((KEPT + $(member kept <out)))
    cmp src after/dst
    assert_clean after
}

# The power goes off while a copy is under way. At some moments the journal has reached the disk, but not what it tells
# of; at others everything has.
resumes() { # type
    local i
    with_disk "$1"
    random_file src 24M
    mpcp --fsync --resume --chunk=256K --bwlimit=8M -j2 src inner/dst 3>&- &
    wait_until test -s inner/.dst.mpcp-journal
    for i in 1 2 3 4 5 6; do
        random_moment
        [ $i != 2 ] && [ $i != 4 ] || sync inner/.dst.mpcp-journal
        [ $i != 6 ] || sync -f inner
        cut_power $i
    done
    pkill -KILL -o -x "$PROCESS"
    wait $! || true
    wait_until no_process_left
    KEPT=0
    in_each 6 resume_after
    [ $KEPT -gt 0 ]
}

@test "ext4: --resume goes on from what has reached the disk" { resumes ext4; }
# bats test_tags=slow
@test "xfs: --resume goes on from what has reached the disk" { resumes xfs; }
# bats test_tags=slow
@test "btrfs: --resume goes on from what has reached the disk" { resumes btrfs; }
