#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What others do to the destination's name, its directory and the staged file's name while a copy is under way: no
# path is looked up twice, nobody else's file is written to, and nobody else gets at what is staged.
load ../support

start() { # source, destination, option...
    mpcp --chunk=256K --bwlimit=16M -j2 "$@" 2>err &
    JOB=$!
    wait_for_processes 3
}

ends_with() { # status, sentence
    local status=0
    wait $JOB || status=$?
    echo "status $status"
    cat err
    [ "$status" = "$1" ]
    [ "$(cat err)" = "${2:+mpcp: $2}" ]
}

setup_files() {
    random_file src 12M
    echo theirs >victim
}

# --- the directory becomes another ---

swap_directory() {
    mv dir moved
    ln -s other dir
}

# Copies to dir/dst, where dir is soon a link to other. All must stay in the directory that was opened at first.
stays_in_directory() { # option...
    setup_files
    mkdir -p dir other
    cp victim other/dst
    start "$@" src dir/dst
    swap_directory
    ends_with 0
    cmp src moved/dst
    cmp victim other/dst
    [ "$(ls -A other)" = dst ]
    [ "$(ls -A moved)" = dst ]
    assert_clean
}

@test "the directory is replaced by a link, for a new file" { stays_in_directory; }
@test "the directory is replaced by a link, with --resume" { stays_in_directory --resume; }
@test "the directory is replaced by a link, with --fsync" { stays_in_directory --fsync; }
@test "the directory is replaced by a link, for a file that is replaced" {
    mkdir dir
    echo old >dir/dst
    stays_in_directory
}

@test "the directory is replaced by a link where the staged file has a hidden name" {
    with_fuse 64M
    random_file src 12M
    mkdir "$MNT/dir" "$MNT/other"
    start src "$MNT/dir/dst"
    mv "$MNT/dir" "$MNT/moved"
    ln -s other "$MNT/dir"
    ends_with 0
    cmp src "$MNT/moved/dst"
    [ -z "$(ls -A "$MNT/other")" ]
    assert_clean "$MNT"
}

@test "the directory is replaced by a link, and the copy fails" {
    setup_files
    mkdir dir other
    start --resume src dir/dst
    swap_directory
    for name in .dst.mpcp-partial .dst.mpcp-journal; do cp victim other/$name; done
    truncate -s 1M src
    ends_with 1 'src: cannot read: it shrank from 12.0 MiB to 1.0 MiB while being copied'
    [ -z "$(ls -A moved)" ]
    for name in .dst.mpcp-partial .dst.mpcp-journal; do cmp victim other/$name; done
}

@test "the directory is removed" {
    setup_files
    mkdir dir
    start src dir/dst
    rm -r dir
    ends_with 1 "cannot create regular file 'dir/dst': No such file or directory"
    assert_clean
}

# --- the destination becomes another ---

@test "the destination becomes a link: the link is replaced, not what it leads to" {
    setup_files
    echo old >dst
    start src dst
    ln -s victim link
    mv -T link dst
    ends_with 0
    [ "$(cat victim)" = theirs ]
    [ ! -L dst ]
    cmp src dst
    assert_clean
}

# On a file system of its own, where nobody else takes the number first.
@test "the destination becomes a link of the same inode number: the copy doesn't have its mode" {
    local inode
    with_mount ext4 64M
    random_file src 12M
    echo old >"$MNT/dst"
    chmod 600 "$MNT/dst"
    inode=$(stat -c %i "$MNT/dst")
    start src "$MNT/dst"
    rm "$MNT/dst"
    ln -s victim "$MNT/dst"
    [ "$(stat -c %i "$MNT/dst")" = "$inode" ]
    ends_with 0
    cmp src "$MNT/dst"
    [ "$(stat -c %a "$MNT/dst")" = 600 ]
}

@test "a link appears where there was nothing: it is left alone" {
    setup_files
    start src dst
    ln -s victim dst
    ends_with 1 "cannot create regular file 'dst': File exists (it appeared while it was being copied)"
    [ "$(cat victim)" = theirs ]
    [ -L dst ]
    assert_clean
}

@test "a link that leads nowhere appears: nothing is created there" {
    setup_files
    start src dst
    ln -s nowhere dst
    ends_with 1 "cannot create regular file 'dst': File exists (it appeared while it was being copied)"
    [ ! -e nowhere ]
    assert_clean
}

@test "the link that was followed leads elsewhere: what it led to at first is replaced" {
    setup_files
    echo old >first
    ln -s first dst
    start src dst
    ln -s victim link
    mv -T link dst
    ends_with 0
    cmp src first
    [ "$(cat victim)" = theirs ]
    assert_clean
}

@test "the destination becomes a directory" {
    setup_files
    echo old >dst
    start src dst
    rm dst
    mkdir dst
    ends_with 1 "cannot create regular file 'dst': Is a directory"
    [ -z "$(ls -A dst)" ]
    assert_clean
}

# Between the look at the destination and its opening comes the lock, taken by listen(2), which is made to take long.
in_place_meanwhile() { # command...
    local status=0
    needs_strace
    setup_files
    echo old >dst
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=listen -e inject=listen:delay_exit=2000000 \
        "$DIR/$PROCESS" --inplace -j2 src dst 2>err &
    wait_until grep -q listen trace
    "$@"
    wait $! || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(cat victim)" = theirs ]
}

become_link() {
    ln -sf victim dst
}

become_other() {
    ln -f victim dst
}

@test "--inplace doesn't follow a link that appears" {
    in_place_meanwhile become_link
    [ "$(own_messages err)" = "mpcp: cannot create regular file 'dst': Too many levels of symbolic links" ]
}

@test "--inplace doesn't remove another file that takes the place of what it has created" {
    local status=0
    setup_files
    start --inplace src dst
    mv victim dst
    kill "$PARENT"
    wait $JOB || status=$?
    [ "$status" = 143 ]
    [ "$(cat dst)" = theirs ]
}

@test "--inplace doesn't write to another file that appears" {
    in_place_meanwhile become_other
    [ "$(own_messages err)" = 'mpcp: dst: cannot open: it was replaced by another file meanwhile' ]
}

# --- at random ---

# Swaps a name, again and again until it is killed, between a regular file and a link to the victim.
swap_forever() { # name
    exec python3 - "$1" <<'P'
import os, sys
name = sys.argv[1]
while True:
    with open('swap', 'w') as file:
        file.write('old')
    os.replace('swap', name)
    os.symlink('victim', 'swap')
    os.replace('swap', name)
P
}

# Whether there is a link at the time of the look or not, each file is what it was or the whole copy.
@test "a destination that is a link now and then" {
    random_file src 100K
    echo theirs >victim
    cp victim original
    swap_forever dst 3>&- &
    local swapper=$! i status sentence
    sentence="cannot create regular file 'dst': (Too many levels of symbolic links|Stale file handle|No such file or directory)"
    sentence="($sentence|dst: cannot open: it was replaced by another file meanwhile)"
    for i in $(seq 200); do
        status=0
        mpcp src dst 2>err || status=$?
        [ "$status" = 0 ] || grep -qxE "mpcp: $sentence" err
        [ "$(wc -l <err)" = "$status" ]
        cmp -s victim original || cmp -s victim src
    done
    kill "$swapper"
    wait "$swapper" || true
    rm -f swap
    [ ! -e swap ]
    assert_clean
}

# --- what is staged ---

hidden() {
    find "$MNT" -name '.dst.mpcp-*'
}

is_private_until_complete() { # mode of the copy, option...
    local mode=$1
    shift
    with_fuse 64M
    random_file src 12M
    chmod 4755 src
    umask 0
    start "$@" src "$MNT/dst"
    wait_until test -n "$(hidden)"
    [ "$(stat -c %a "$(hidden)")" = 600 ]
    ends_with 0
    [ "$(stat -c %a "$MNT/dst")" = "$mode" ]
    assert_clean "$MNT"
}

@test "nobody else can open a staged file with a name" { is_private_until_complete 755; }
@test "a staged file with a name has no set-id bits either" { is_private_until_complete 4755 -p; }

@test "with --resume, neither staged file nor journal can be opened by anybody else" {
    setup_files
    chmod 4755 src
    umask 0
    start -p --resume src dst
    [ "$(stat -c %a .dst.mpcp-partial)" = 600 ]
    [ "$(stat -c %a .dst.mpcp-journal)" = 600 ]
    ends_with 0
    [ "$(stat -c %a dst)" = 4755 ]
    assert_clean
}

# What was somebody else's mustn't become yet another user's with set-id bits.
@test "set-id bits aren't given to a copy that has another owner" {
    needs_root
    setup_files
    chmod 6755 src
    chmod 777 .
    mpcp_as_nobody -p src dst
    cmp src dst
    [ "$(stat -c %u:%a dst)" = 65534:755 ]
    mpcp_as_nobody --preserve=mode src dst2
    [ "$(stat -c %u:%a dst2)" = 65534:755 ]
    mpcp_as_nobody -p --resume src dst3
    [ "$(stat -c %u:%a dst3)" = 65534:755 ]
    mpcp --preserve=mode src dst4
    [ "$(stat -c %a dst4)" = 755 ]
}
