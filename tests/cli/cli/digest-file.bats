#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The file of --digest: what becomes of it.
load ../checksums

@test "what it had is replaced" {
    echo old >sums
    echo x >src
    mpcp --digest=xxh128:sums src dst
    [ "$(names_in sums)" = dst ]
}

@test "with --dry-run it is left alone" {
    echo old >sums
    echo x >src
    mpcp --dry-run --digest=xxh128:sums src dst
    [ "$(cat sums)" = old ]
    mpcp --dry-run --digest=xxh128:none src dst
    [ ! -e none ]
}

@test "it may be a pipe, or standard output" {
    echo x >src
    [ "$(mpcp --digest=xxh128:- src dst)" = "$(xxh128sum dst)" ]
    mkfifo fifo
    cat fifo >read &
    mpcp --digest=xxh128:fifo src dst
    wait $!
    [ "$(cat read)" = "$(xxh128sum dst)" ]
}

@test "standard output is for one purpose" {
    echo x >src
    local sentence="--digest: needs standard output for itself, so use no --json, --verbose, --explain, and no DEST \
that is standard output"
    run --separate-stderr mpcp --json --digest=xxh128:- src dst
    assert_refused 2 "$sentence"
    run --separate-stderr mpcp --digest=xxh128:- src -
    assert_refused 2 "$sentence"
}

@test "nor under another name, nor as standard input or output that is copied" {
    echo x >src
    echo one >said
    run --separate-stderr bash -c "'$DIR/$PROCESS' -v --digest=xxh128:/dev/stdout src dst >>said"
    assert_refused 2 "/dev/stdout: cannot write the checksums to it: it is standard output: call it -"
    run --separate-stderr bash -c "'$DIR/$PROCESS' --digest=xxh128:said src - >>said"
    assert_refused 2 "said: cannot write the checksums to it: it is to be copied, or replaced"
    run --separate-stderr bash -c "'$DIR/$PROCESS' --digest=xxh128:said - dst <said"
    assert_refused 2 "said: cannot write the checksums to it: it is to be copied, or replaced"
    [ "$(cat said)" = one ]
}

@test "a backup that gets its name is told" {
    echo x >src
    echo y >dst
    run --separate-stderr mpcp -b --digest=xxh128:dst~ src dst
    assert_refused 1 "'dst~': cannot write the checksums to it: it was removed, or replaced"
    cmp src dst
    [ "$(cat dst~)" = y ]
}

@test "a signal is answered while it is a pipe that nobody reads" {
    needs_root # to see that it waits
    echo x >src
    mkfifo fifo
    "$DIR/$PROCESS" --digest=xxh128:fifo src dst 3>&- &
    local job=$!
    wait_until grep -qs partner /proc/$job/wchan
    kill -USR1 $job
    cat fifo >read
    wait $job
    [ "$(cat read)" = "$(xxh128sum dst)" ]
}

@test "with --json, the total tells that it is not complete" {
    [ -c /dev/full ] || skip "no /dev/full here"
    mkdir in
    echo x >in/src
    ! mpcp -r --json --digest=xxh128:/dev/full in out >said || false
    [ "$(tail -1 said | jq -r .outcome)" = failed ]
}

# A run that has written one line, and waits for what comes through a pipe: its processes.
begin_list() {
    echo 1 >one
    mkfifo late
    mkdir dst
    "$DIR/$PROCESS" --digest=xxh128:sums one late dst &
    JOB=$!
    wait_until test -s sums
}

is_locked() { # argument...
    run --separate-stderr mpcp --digest=xxh128:sums "$@"
    assert_refused 1 "sums: cannot write the checksums to it: another process has it locked, another mpcp perhaps"
}

@test "while a run writes to it, another one is refused, and copies nothing" {
    begin_list
    echo 2 >two
    mkdir other
    is_locked two other
    [ -z "$(ls other)" ]
    ln -s sums link
    run --separate-stderr mpcp --digest=xxh128:link two other
    [ "$status" = 1 ]
    echo 3 >late
    wait $JOB
    [ "$(names_in sums | tr '\n' ' ')" = "dst/late dst/one " ]
    mpcp --check sums
    mpcp --digest=xxh128:sums two other
    [ "$(names_in sums)" = other/two ]
}

@test "one that was killed doesn't keep it from others" {
    begin_list
    is_locked one other
    kill -KILL $JOB
    wait $JOB || true
    wait_until no_process_left
    mpcp --digest=xxh128:sums one other
    [ "$(names_in sums)" = other ]
}

@test "nor one that had workers, which have it open, too" {
    random_file src 24M
    "$DIR/$PROCESS" -j2 --bwlimit=1M --digest=xxh128:sums src dst &
    JOB=$!
    wait_for_processes 3
    is_locked src other
    kill -KILL $JOB
    wait $JOB || true
    wait_until no_process_left
    echo x >src
    mpcp --digest=xxh128:sums src other
    [ "$(names_in sums)" = other ]
}

@test "it is no source and no destination" {
    echo x >src
    echo y >dst
    run --separate-stderr mpcp --digest=xxh128:src src dst
    assert_refused 2 "src: cannot write the checksums to it: it is to be copied, or replaced"
    [ "$(cat src)" = x ]
    run --separate-stderr mpcp --digest=xxh128:dst src dst
    assert_refused 2 "dst: cannot write the checksums to it: it is to be copied, or replaced"
    [ "$(cat dst)" = y ]
    run --separate-stderr mpcp --digest=xxh128:new src new
    assert_refused 2 "new: cannot write the checksums to it: it is to be copied, or replaced"
    [ ! -e new ]
}

@test "nor through a link that leads to where the destination isn't yet, which leaves nothing" {
    echo x >src
    mkdir d
    ln -s "$PWD/middle" link
    ln -s d/new middle
    run --separate-stderr mpcp --digest=xxh128:link src d/new
    assert_refused 2 "link: cannot write the checksums to it: it is to be copied, or replaced"
    [ -z "$(ls -A d)" ]
    [ -L link ]
    [ -L middle ]
    mpcp --digest=xxh128:link src other
    [ "$(names_in d/new)" = other ]
}

@test "a directory that is missing is told, and nothing copied" {
    echo x >src
    run --separate-stderr mpcp --digest=xxh128:missing/sums src dst
    assert_refused 1 "missing/sums: cannot write the checksums to it: No such file or directory"
    [ ! -e dst ]
}

@test "on a full disk it has whole lines, which is told once, and the copies are made" {
    with_mount tmpfs 64K
    mkdir src
    for i in $(seq 2000); do echo "$i" >"src/file-with-a-long-name-$i"; done
    run --separate-stderr mpcp -r --digest=xxh128:"$MNT/sums" src dst
    assert_refused 1 "$MNT/sums: cannot write the checksums to it: No space left on device"
    [ "$(ls dst | wc -l)" = 2000 ]
    [ -s "$MNT/sums" ]
    mpcp --check "$MNT/sums"
}

@test "one that can't be written is told" {
    echo x >src
    with_device full
    run --separate-stderr mpcp --digest=xxh128:full src dst
    assert_refused 1 "full: cannot write the checksums to it: No space left on device"
    cmp src dst
}

@test "a run that is killed leaves a line for each file that is complete" {
    needs_strace
    mkdir src
    for i in $(seq 50); do echo "$i" >"src/$i"; done
    traced pwrite64,write:delay_exit=20000 -r -j1 --digest=xxh128:sums src dst &
    JOB=$!
    some() { [ -e sums ] && [ "$(wc -l <sums)" -ge 3 ]; }
    wait_until some
    kill -KILL "$(pgrep -x "$PROCESS")"
    wait $JOB || true
    [ "$(wc -l <sums)" -lt 50 ]
    ! grep -qvE '^[0-9a-f]{32}  dst/[0-9]+$' sums || false
}

@test "with --fsync it is on the disk" {
    needs_strace
    echo x >src
    ASAN_OPTIONS=detect_leaks=0 strace -f -y -e trace=fsync -o trace "$MPCP" --fsync --digest=xxh128:sums src dst
    grep -q 'fsync([0-9]*<[^>]*/sums>)' trace
}
