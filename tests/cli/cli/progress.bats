#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Progress: shown on a terminal after a second, in one line, cleared at the end; SIGUSR1 asks for a line.
load ../support

# Feeds a FIFO for about two and a half seconds.
feed_slowly() { # name
    for _ in $(seq 25); do
        head -c 100K /dev/zero
        sleep 0.1
    done >"$1"
}

@test "a copy of more than a second shows a line that fits, and clears it" {
    needs_terminal
    mkfifo fifo
    feed_slowly fifo &
    on_terminal 40 "$MPCP" fifo dst >out
    wait
    tr '\r' '\n' <out >lines
    grep -qE '[0-9]\.[0-9] [KM]iB' lines
    sed 's/\x1b\[K//' lines | awk 'length > 39 {exit 1}'
    [ "$(tail -c 4 out | od -An -c | tr -d ' ')" = '\r033[K' ]
}

@test "a file with a size shows bar or percent and the time left" {
    needs_terminal
    needs_strace
    random_file src 8M
    ASAN_OPTIONS=detect_leaks=0 on_terminal 40 strace -f -qq -o /dev/null -e trace=pread64 \
        -e inject=pread64:delay_exit=20000 "$MPCP" --engine=read-write -j1 --chunk=256K src dst >out
    grep -qaE '[0-9]+%.* of 8\.0 MiB' out
    cmp src dst
}

@test "an error gets a line of its own" {
    needs_terminal
    random_file src 9M
    on_terminal 40 "$DIR/$PROCESS" --bwlimit=2M -j2 src dst >out &
    wait_until grep -qa % out
    truncate -s 1M src
    wait $! || true
    cat -A out
    grep -qaF $'\r\e[Kmpcp: src: cannot read: it shrank from 9.0 MiB to 1.0 MiB while being copied' out
}

@test "a short copy shows nothing" {
    needs_terminal
    random_file src 1M
    on_terminal 40 "$MPCP" src dst >out
    [ ! -s out ]
}

# Copies from a FIFO of its own; everything that is said goes to OUT: slow_copy OUT COMMAND...
slow_copy() {
    local out=$1
    shift
    mkfifo "$out.fifo"
    feed_slowly "$out.fifo" &
    "$@" "$out.fifo" "$out.dst" >"$out" 2>&1
}

@test "nothing on what isn't a terminal, unless asked for" {
    needs_terminal
    slow_copy default mpcp &
    slow_copy always mpcp --progress=always &
    slow_copy never on_terminal 40 "$MPCP" --progress=never &
    slow_copy quiet on_terminal 40 "$MPCP" -q &
    wait
    [ ! -s default ]
    [ "$(wc -l <always)" -ge 2 ]
    [ -z "$(tr -dc '\r' <always)" ]
    [ ! -s never ]
    [ ! -s quiet ]
    [ "$(stat -c %s default.dst always.dst never.dst quiet.dst | sort -u)" = 2560000 ]
}

@test "SIGUSR1 asks for one line, and the copy goes on" {
    mkfifo fifo
    exec 7<>fifo
    mpcp fifo dst 2>err 3>&- 7>&- &
    job=$!
    head -c 100K /dev/zero >&7
    wait_for_processes 2
    kill -USR1 "$PARENT"
    wait_until test -s err
    exec 7>&-
    wait $job
    cat err
    [ "$(wc -l <err)" = 1 ]
    [[ "$(cat err)" =~ ^mpcp:\ [0-9.]+\ [KM]?i?B ]]
    [ "$(stat -c %s dst)" = 102400 ]
}

# Asks a waiting copy what it is waiting for; it then goes on.
says_that_it_waits() { # expression
    wait_until pgrep -P $!
    PARENT=$(pgrep -P $!)
    sleep 0.5
    kill -USR1 "$PARENT"
    wait_until grep -qE "^mpcp: $1  0:0[0-9]\$" err
    [ "$(grep -c waiting err)" = 1 ]
}

@test "SIGUSR1 is answered while a writer is waited for" {
    mkfifo fifo
    mpcp fifo dst 2>err &
    says_that_it_waits waiting
    echo a >fifo
    wait $!
    [ "$(cat dst)" = a ]
}

@test "SIGUSR1 is answered while a reader is waited for" {
    mkfifo fifo
    echo a >src
    mpcp src fifo 2>err &
    says_that_it_waits waiting
    [ "$(cat fifo)" = a ]
    wait $!
}

@test "SIGUSR1 is answered while another mpcp is waited for" {
    random_file src 9M
    mpcp --bwlimit=3M src dst &
    sleep 0.5
    mpcp --wait src dst 2>err &
    says_that_it_waits 'waiting for another mpcp'
    wait $!
    cmp src dst
}

@test "SIGUSR1 is no answer to a question" {
    echo new >src
    echo old >dst
    mkfifo answers
    exec 7<>answers
    mpcp -i src dst <&7 2>err 3>&- 7>&- &
    says_that_it_waits waiting
    echo y >&7
    wait $!
    [ "$(cat dst)" = new ]
    [ "$(grep -c "^mpcp: overwrite 'dst'? " err)" = 2 ]
    exec 7>&-
}

@test "on a terminal it shows that another mpcp is waited for" {
    needs_terminal
    random_file src 9M
    mpcp --bwlimit=3M src dst &
    sleep 0.5
    on_terminal 40 "$DIR/$PROCESS" --wait src dst >out
    grep -qaE $'\r'"waiting for another mpcp  0:0[0-9]" out
    cmp src dst
}

@test "waiting for the disk is a phase of its own" {
    needs_strace
    head -c 130M /dev/zero >src
    # Not -f: only the parent's calls are slow.
    ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace=sync_file_range \
        -e inject=sync_file_range:delay_enter=1100000 \
        "$MPCP" --engine=read-write -j2 --fsync --progress=always src dst 2>err
    cat err
    grep -qE 'flushing +49%  64\.0 MiB of 130\.0 MiB' err
    cmp src dst
}
