#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# In a directory where names can only be added (chattr +a), a new file is staged as everywhere, and an old one, which can't
# be replaced, is written in place.
load ../support

append_only() { # type
    with_mount "$1" "$2"
    mkdir "$MNT/dir"
    echo old >"$MNT/dir/old"
    random_file src 9M
    chattr +a "$MNT/dir" || skip "no directory can be made append-only here"
}

keeps_to_it() { # type, size
    append_only "$1" "$2"
    run --separate-stderr mpcp -v src "$MNT/dir/old"
    [ "$status" = 0 ]
    [[ "$output" == *'written in place: nothing can be replaced in its directory'* ]]
    cmp src "$MNT/dir/old"
    run mpcp -v src "$MNT/dir/new"
    [ "$status" = 0 ]
    [[ "$output" != *'in place'* ]]
    cmp src "$MNT/dir/new"
    [ "$(ls -A "$MNT/dir")" = "$(printf 'new\nold')" ]
}

@test "ext4" { keeps_to_it ext4 64M; }
@test "xfs" { keeps_to_it xfs 320M; }
@test "btrfs" { keeps_to_it btrfs 256M; }

@test "--resume says why it can't" {
    append_only ext4 64M
    run --separate-stderr mpcp --resume src "$MNT/dir/old"
    assert_refused 1 "$MNT/dir/old: cannot resume: it is written in place: nothing can be replaced in its directory"
    run --separate-stderr mpcp --resume src "$MNT/dir/new"
    assert_refused 1 "$MNT/dir/new: cannot resume: nothing can be renamed in its directory"
    [ "$(cat "$MNT/dir/old")" = old ]
    assert_clean "$MNT"
}

@test "a tree: what is new is made, nothing is replaced, and nothing is left, however often" {
    append_only ext4 64M
    mkdir -p in/new/below
    echo text >in/new/file
    echo text >in/new/below/file
    echo text >in/a
    ln in/a in/b
    ln -s nowhere in/link
    mkfifo in/fifo
    mpcp -rdT in "$MNT/dir"
    local options
    for options in -aT '-aT --backup' '-aT --remove-destination' '-aT --resume'; do
        run mpcp $options in "$MNT/dir"
        echo "$options: $output"
        [ "$status" = 1 ]
        [ "$(ls -A "$MNT/dir" | xargs)" = 'a b fifo link new old' ]
    done
    run mpcp -r --atomic in "$MNT/dir/whole"
    [ "$status" = 1 ]
    [ ! -e "$MNT/dir/whole" ]
    diff -r --no-dereference -x fifo -x '*~' in/new "$MNT/dir/new"
}
