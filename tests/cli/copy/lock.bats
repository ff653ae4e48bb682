#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Two copies to one destination: the second is refused, or waits.
load ../support

start() { # option...
    mpcp --bwlimit=16M -j2 "$@" src dst &
    JOB=$!
    wait_for_processes 3
}

# The same, but it goes on only when it is let.
start_and_hold() { # option...
    start "$@"
    kill -STOP "$PARENT"
}

let_go_on() {
    kill -CONT "$PARENT"
    wait $JOB
}

# The name of the lock that is held on a file in this directory, among those of all other copies.
lock_name() {
    local prefix
    prefix=$(printf 'mpcp-name-%x-%x-' $(stat -c '%d %i' .))
    sed -n "s/.* @\\($prefix[0-9a-f]*\\)\$/\\1/p" /proc/net/unix
}

is_refused() { # destination, option...
    local dst=$1
    shift
    run --separate-stderr "$DIR/$PROCESS" "$@" other "$dst"
    assert_refused 1 "$dst: cannot copy: another mpcp (pid $PARENT) is copying to it (--wait waits for it)"
}

setup_files() {
    random_file src 24M
    random_file other 9M
}

@test "the second is refused" {
    setup_files
    start_and_hold
    is_refused dst
    let_go_on
    cmp src dst
    assert_clean
}

@test "whatever way it is named" {
    setup_files
    mkdir dir
    ln -s dst link
    touch dst
    start_and_hold
    is_refused "$DIR/dst"
    is_refused dir/../dst
    is_refused link
    let_go_on
    cmp src dst
}

@test "a small one, too, with --resume" {
    setup_files
    echo small >other
    start_and_hold --resume
    is_refused dst --resume
    let_go_on
    cmp src dst
    assert_clean
}

@test "a file with several names, by another of them" {
    setup_files
    touch dst
    ln dst twin
    start_and_hold
    is_refused twin
    let_go_on
    cmp src twin
}

@test "when both begin at once" {
    needs_strace
    setup_files
    # The first has the lock's name, but nobody can see yet whose it is.
    traced listen:delay_enter=50000 --bwlimit=16M -j2 src dst &
    JOB=$!
    bound() { [ -n "$(lock_name)" ]; }
    wait_until bound
    run --separate-stderr "$DIR/$PROCESS" other dst
    assert_failed_like 1 "dst: cannot copy: another mpcp \(pid [0-9]+\) is copying to it .*"
    wait $JOB
    cmp src dst
}

@test "with --wait, the second waits" {
    setup_files
    start
    mpcp --wait other dst
    no_process_left
    wait $JOB
    cmp other dst
    assert_clean
}

@test "what it then copies is what is there by then" {
    setup_files
    start
    mpcp --wait other dst &
    sleep 0.3
    random_file new 10M
    mv new other
    wait
    cmp other dst
    assert_clean
}

# Starts a copy to in-dst/f, and waits with another one, of a tree or with a backup, for its end.
waits_in_tree() { # argument...
    mkdir in in-dst
    random_file src 24M
    random_file in/f 9M
    touch -d '2 hours ago' in/f
    mpcp --bwlimit=16M -j2 src in-dst/f &
    JOB=$!
    wait_for_processes 3
    run --separate-stderr mpcp --wait "$@" </dev/null
    wait $JOB
    echo "status $status, $stderr"
}

@test "what the first has made is heeded by a tree, too: -n" {
    waits_in_tree -rT -n in in-dst
    [ "$status" = 0 ]
    cmp src in-dst/f
}

@test "what the first has made is heeded by a tree, too: -u" {
    waits_in_tree -rT -u in in-dst
    [ "$status" = 0 ]
    cmp src in-dst/f
}

@test "what the first has made is heeded by a tree, too: -i" {
    waits_in_tree -rT -i in in-dst
    [ "$status" = 1 ]
    [[ "$stderr" == "mpcp: overwrite 'in-dst/f'?"* ]]
    cmp src in-dst/f
}

@test "what the first has made is heeded by a tree, too: --update=none-fail" {
    waits_in_tree -rT --update=none-fail in in-dst
    [ "$stderr" = "mpcp: not replacing 'in-dst/f'" ]
    cmp src in-dst/f
}

@test "what the first has made is backed up" {
    waits_in_tree -b in/f in-dst/f
    [ "$status" = 0 ]
    cmp src in-dst/f~
    cmp in/f in-dst/f
    assert_clean
}

@test "what the first has made is backed up, though there was an older file" {
    mkdir in-dst
    echo old >in-dst/f
    mkdir() { command mkdir -p "$@"; }
    waits_in_tree --backup=numbered in/f in-dst/f
    [ "$status" = 0 ]
    cmp src in-dst/f.~1~
    [ "$(ls in-dst | xargs)" = 'f f.~1~' ]
    cmp in/f in-dst/f
    assert_clean
}

@test "one that is refused leaves the first one's backup alone" {
    setup_files
    echo precious >dst
    start_and_hold -b
    run --separate-stderr mpcp -b other dst
    [ "$status" = 1 ]
    let_go_on
    cmp src dst
    [ "$(cat dst~)" = precious ]
}

@test "while a copy with a backup is made, the old file has one name, and no other copy writes to it" {
    setup_files
    echo precious >dst
    start_and_hold -b
    [ "$(stat -c %h dst)" = 1 ]
    run --separate-stderr mpcp other dst
    assert_failed_like 1 "dst: cannot copy: another mpcp \\(pid [0-9]+\\) is copying to it .*"
    [ "$(cat dst)" = precious ]
    kill -KILL "$PARENT"
    wait $JOB || true
    [ "$(stat -c %h dst)" = 1 ]
    [ ! -e dst~ ]
}

# Waits with that option for a copy with it, and prints what is announced.
announced() { # option
    start --backup="$1"
    mpcp --wait -v --backup="$1" other dst
    wait $JOB
}

@test "who waits announces a backup once, and again only if it gets another name" {
    setup_files
    echo precious >dst
    [ "$(announced simple)" = "'other' -> 'dst' (backup: 'dst~')" ]
    announced numbered >told
    cat told
    [ "$(head -1 told)" = "'other' -> 'dst' (backup: 'dst.~1~')" ]
    [ "$(tail -1 told)" = "'other' -> 'dst' (backup: 'dst.~2~')" ]
    cmp src dst.~2~
    cmp other dst.~1~
}

@test "a FIFO isn't opened twice because of it" {
    needs_strace
    setup_files
    mkfifo fifo
    start
    cat other >fifo &
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=openat,open "$DIR/$PROCESS" --wait fifo dst
    wait $JOB
    cmp other dst
    [ "$(grep -c '"fifo"' trace)" = 1 ]
}

@test "a signal ends the waiting" {
    local status=0
    setup_files
    start
    mpcp --wait other dst &
    wait_for_processes 4
    sleep 0.2
    pkill -TERM -n -x "$PROCESS"
    wait $! || status=$?
    [ "$status" = 143 ]
    wait $JOB
    cmp src dst
}

@test "a lock ends with its process" {
    setup_files
    start
    kill -KILL "$PARENT"
    wait $JOB || true
    wait_until no_process_left
    mpcp other dst
    cmp other dst
}

@test "a plan needs no lock" {
    setup_files
    start_and_hold
    mpcp --dry-run other dst
    let_go_on
}

@test "what is to be left alone needs no lock" {
    setup_files
    touch dst
    start_and_hold
    mpcp -n other dst
    let_go_on
    cmp src dst
}

@test "other destinations aren't locked" {
    setup_files
    mkdir dir
    start_and_hold
    mpcp other dst2
    mpcp other dir/dst
    pgrep -x "$PROCESS"
    let_go_on
    cmp src dst
    cmp other dir/dst
}

@test "a lock that a stranger pretends to have doesn't count" {
    needs_root
    setup_files
    # A stranger knows only the directory and the name, and can bind what they like.
    start
    name=$(lock_name)
    [ -n "$name" ]
    wait $JOB
    setpriv --reuid=65534 --regid=65534 --clear-groups env PATH=/usr/bin:/bin python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind("\0" + sys.argv[1])
s.listen(1)
print("bound", flush=True)
time.sleep(20)' "$name" >bound &
    wait_until grep -q bound bound
    mpcp other dst
    cmp other dst
}

@test "a stranger who has taken the lock's place can't make two write into one file" {
    needs_root
    head -c 24M /dev/zero | tr '\0' A >A
    head -c 24M /dev/zero | tr '\0' B >B
    cp A dst
    chmod 777 .
    # The lock's name is made of device and inode of the directory, and of the name: anybody can find these out.
    ln dst other
    python3 - dst <<'P' >said 3>&- &
import os, socket, sys, time
os.setgid(65534), os.setuid(65534)
st = os.stat(sys.argv[1])
s = socket.socket(socket.AF_UNIX)
s.bind("\0mpcp-file-%x-%x" % (st.st_dev, st.st_ino))
s.listen()
print("bound", flush=True)
time.sleep(60)
P
    local stranger=$! first
    wait_until grep -q bound said
    mpcp --inplace --reflink=never --bwlimit=8M A dst &
    first=$!
    wait_until grep -q "OFDLCK.*:$(stat -c %i dst) " /proc/locks
    run --separate-stderr mpcp --inplace --reflink=never B dst
    assert_refused 1 "dst: cannot copy: another process has it locked, another mpcp perhaps (--wait waits for it)"
    mpcp --wait --inplace --reflink=never B dst
    wait $first
    kill $stranger
    cmp B dst
}

@test "a copy whose mpcp was killed is no obstacle: its workers are waited for" {
    random_file src 24M
    mpcp --reflink=never --bwlimit=20M -j2 --resume src dst &
    wait_for_processes 3
    kill -STOP $WORKERS # so that they end no sooner than they must
    kill -KILL "$PARENT"
    wait || true # until then it is a process still
    mpcp --reflink=never --resume src dst
    cmp src dst
    assert_clean
}
