#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Nothing that an earlier run has left is trusted where there is any doubt, nor is anybody else's file.
load ../support
load ../resume

@test "a staged file that is gone" {
    killed_after 16
    rm $PARTIAL
    resume
    [ "$KEPT" = 0 ]
    assert_clean
}

@test "a staged file that is cut short" {
    killed_after 16
    truncate -s 1M $PARTIAL
    resume
    [ "$KEPT" -le 1 ]
    assert_clean
}

@test "a changed source starts over" {
    killed_after 16
    printf x | dd of=src conv=notrunc status=none
    resume
    assert_started_over "cannot resume: the source has changed since, so the copy starts over"
}

@test "another file of the same size and time starts over" {
    killed_after 16
    random_file other 20M
    touch -r src other
    mv other src
    resume
    assert_started_over "cannot resume: the source has changed since, so the copy starts over"
}

@test "other chunks start over" {
    killed_after 16
    resume --chunk=512K
    assert_started_over "cannot resume: its chunks were of another size, so the copy starts over"
}

@test "a journal with a damaged header starts over" {
    killed_after 16
    printf x | dd of=$JOURNAL bs=1 seek=20 conv=notrunc status=none
    resume
    assert_started_over "cannot resume: its journal is damaged, so the copy starts over"
}

@test "a journal in the format of another version starts over" {
    killed_after 16
    printf '\003' | dd of=$JOURNAL bs=1 seek=8 conv=notrunc status=none
    resume
    assert_started_over "cannot resume: its journal is of another version of mpcp, so the copy starts over"
}

@test "a journal that isn't one starts over" {
    killed_after 16
    head -c 5000 /dev/urandom >$JOURNAL
    resume
    assert_started_over "cannot resume: its journal is damaged, so the copy starts over"
}

@test "an empty journal starts over" {
    killed_after 16
    : >$JOURNAL
    resume
    [ "$KEPT" = 0 ]
    assert_clean
}

@test "of a journal that is damaged in the middle, the rest is used" {
    killed_after 16
    printf xyz | dd of=$JOURNAL bs=1 seek=$((HEADER + 5 * LINE + 3)) conv=notrunc status=none
    resume
    [ "$KEPT" -ge 13 ]
    [ "$(cat err)" = "mpcp: dst: its journal is damaged: 32 bytes of it are invalid, and are ignored" ]
    assert_clean
}

@test "of a journal that is cut off, the rest is used, and it goes on from there" {
    killed_after 8
    truncate -s $((HEADER + 4 * LINE + 7)) $JOURNAL
    killed_after 16
    resume
    assert_resumed
}

@test "a journal that lies is found out" {
    killed_after 16
    cp $JOURNAL lies
    rm $JOURNAL $PARTIAL
    random_file other 20M
    cp other $PARTIAL
    mv lies $JOURNAL
    chmod 600 $PARTIAL
    resume
    [ "$KEPT" = 0 ]
    assert_clean
}

not_touched() { # file
    [ "$(cat "$1")" = theirs ]
}

@test "a journal of another user isn't used, nor removed" {
    needs_root
    random_file src 9M
    echo theirs >$JOURNAL
    chown 65534 $JOURNAL
    resume
    [ "$(cat err)" = "mpcp: dst: cannot resume: what has its journal's name isn't this user's alone" ]
    not_touched $JOURNAL
}

@test "a staged file of another user isn't used, nor removed" {
    needs_root
    random_file src 9M
    echo theirs >$PARTIAL
    chown 65534 $PARTIAL
    resume
    [ "$(cat err)" = "mpcp: dst: cannot resume: what has the unfinished copy's name isn't this user's alone" ]
    not_touched $PARTIAL
}

@test "where every file belongs to others, nothing is left" {
    with_fuse 100M umask=000
    random_file src 9M
    cd "$MNT"
    mpcp --resume "$DIR/src" dst 2>"$DIR/err"
    [ "$(cat "$DIR/err")" = "mpcp: dst: cannot resume: the file system lets others own or write to the unfinished copy" ]
    cmp "$DIR/src" dst
    assert_clean "$MNT"
}

@test "where nothing can be created, that is all that is said" {
    needs_root
    random_file src 9M
    mkdir dir
    chmod 755 . dir
    run --separate-stderr mpcp_as_nobody --resume src dir/dst
    assert_refused 1 "cannot create regular file 'dir/dst': Permission denied"
}

@test "symbolic links aren't followed" {
    random_file src 9M
    echo theirs >victim
    ln -s victim $PARTIAL
    ln -s victim $JOURNAL
    resume
    not_touched victim
    [ -L $PARTIAL ]
}

@test "hard links aren't written to" {
    random_file src 9M
    echo theirs >victim
    ln victim $PARTIAL
    resume
    not_touched victim
}

@test "what an earlier run left isn't used without --resume" {
    killed_after 16
    mpcp --json -j2 src dst >out
    [ "$(member kept <out)" = 0 ]
    cmp src dst
}

@test "a name that leaves no room for a longer one" {
    local name
    name=$(printf 'n%.0s' $(seq 255))
    random_file src 9M
    mpcp --resume src "$name"
    cmp src "$name"
    assert_clean
}

@test "what an earlier run left isn't copied to where it belongs" {
    killed_after 16
    cp $PARTIAL was
    run --separate-stderr mpcp --resume $PARTIAL dst
    assert_refused 1 "$PARTIAL: cannot copy: it is where --resume would build the copy"
    cmp $PARTIAL was
    run --separate-stderr mpcp --resume $JOURNAL dst
    assert_refused 1 "$JOURNAL: cannot copy: it is where --resume would build the copy"
    resume
    assert_resumed
}

@test "a stream can't be resumed" {
    mkfifo fifo
    (sleep 5 >fifo) &
    run --separate-stderr mpcp --resume fifo dst
    assert_refused 1 "fifo: cannot resume: it is a stream, which has no middle to go on from"
}

@test "nor can standard input, even if it is a file" {
    random_file src 9M
    run --separate-stderr mpcp --resume - dst <src
    assert_refused 1 "standard input: cannot resume: it is a stream, which has no middle to go on from"
}

@test "an empty file is copied" {
    : >src
    mpcp --resume src dst
    cmp src dst
    assert_clean
}

@test "what is written in place can't be resumed" {
    random_file src 9M
    run --separate-stderr mpcp --resume --inplace src dst
    assert_failed_like 1 "dst: cannot resume: it is written in place: .*"
}

@test "a source that was written to, and its time set back, is another one" {
    random_file src 9M
    mpcp --resume --chunk=256K --bwlimit=8M -j2 src dst &
    wait_for_processes 3
    sleep 0.5
    kill -KILL "$PARENT"
    wait $! || true
    wait_until no_process_left
    [ -s .dst.mpcp-partial ]
    touch -r src stamp
    head -c 1M /dev/urandom | dd of=src conv=notrunc status=none
    touch -r stamp src
    mpcp --resume --chunk=256K src dst 2>err
    cmp src dst
    grep -q 'cannot resume: the source has changed since' err
}
