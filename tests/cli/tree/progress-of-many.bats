#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Progress of many small files: one line for all of them, with how many are done.
load ../support

some_files() { # count
    mkdir in out
    head -c 1000 /dev/zero | (cd in && tee $(seq "$1") >/dev/null)
}

# The program with each file taking 40 ms or more, on a terminal of 100 columns; prints everything written there.
slowly_on_terminal() {
    on_terminal 100 \
        env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=linkat,ftruncate \
        -e inject=ftruncate:delay_enter=40000 ${FAULT:+-e inject="$FAULT"} "$DIR/$PROCESS" "$@"
}

@test "on a terminal, after a second, how many are done" {
    needs_terminal
    needs_strace
    some_files 100
    slowly_on_terminal in/* out >screen
    tr '\r' '\n' <screen >lines
    cat -v lines
    grep -qE '[1-9][0-9]* of 100 files  +[1-9][0-9]?%  [0-9.]+ K?i?B of 97\.7 KiB  .*/s  .* left' lines
    [ "$(grep -c 'files' lines)" -ge 2 ]
    [ "$(tail -c 4 screen | od -An -c | tr -d ' ')" = '\r033[K' ]
    diff -r in out
}

@test "a sentence is never on the line of progress" {
    needs_terminal
    needs_strace
    some_files 100
    FAULT=linkat:error=EDQUOT:when=35+ # of each process
    run slowly_on_terminal in/* out
    [ "$status" = 1 ]
    tr '\r' '\n' <<<"$output" | sed 's/\x1b\[K//' >lines
    cat lines
    [ "$(grep -c "^mpcp: cannot create regular file 'out/[0-9]*': Disk quota exceeded$" lines)" -ge 5 ]
    grep -q ' of 100 files ' lines
    ! grep -q 'files.*mpcp' lines || false
}

@test "a short run shows nothing" {
    needs_terminal
    some_files 100
    python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))' "$MPCP" in/* out >screen
    [ ! -s screen ]
}

@test "always, even without a terminal" {
    needs_strace
    some_files 100
    traced linkat:delay_enter=30000 --progress=always in/* out 2>err
    cat err
    grep -qE '^\[.*\]  [0-9]+ of 100 files +[0-9]+%  .*|^[0-9]+ of 100 files +[0-9]+%  ' err
}

@test "SIGUSR1 asks for one line" {
    needs_strace
    some_files 200
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=linkat -e inject=linkat:delay_enter=20000 \
        "$DIR/$PROCESS" in/* out 2>err &
    local job=$!
    wait_until test -e out/1
    pkill -USR1 -x "$PROCESS"
    wait $job
    cat err
    [ "$(wc -l <err)" = 1 ]
    [[ "$(cat err)" =~ ^mpcp:\ [0-9]+\ of\ 200\ files ]]
    diff -r in out
}

# 100 files of 1000 bytes at 40,000 bytes per second.
@test "with a rate, too" {
    some_files 100
    mpcp --progress=always --bwlimit=40000 in/* out 2>err
    cat err
    grep -qE '[1-9][0-9]* of 100 files +[1-9][0-9]?%  ' err
    diff -r in out
}

@test "SIGUSR1 asks for one line, with a rate, too" {
    some_files 100
    "$DIR/$PROCESS" --bwlimit=40000 in/* out 2>err &
    local job=$!
    wait_until test -e out/1
    kill -USR1 $job
    wait $job
    cat err
    [ "$(wc -l <err)" = 1 ]
    [[ "$(cat err)" =~ ^mpcp:\ [0-9]+\ of\ 100\ files ]]
    diff -r in out
}

# Of each of these files a report is made, that has nothing to say.
@test "the line of a tree stays while nothing is said, and tells where it is" {
    needs_terminal
    some_files 100
    NO_COLOR=1 LC_ALL=C on_terminal 100 "$DIR/$PROCESS" -r --progress --bwlimit=40000 in out >screen
    tr '\r' '\n' <screen >lines
    cat -v lines
    [ "$(grep -cE '[0-9]+ of 101 entries .*  in$' <(sed 's/\x1b\[K//' lines))" -ge 5 ]
    [ "$(grep -o $'\r\x1b\\[K' screen | wc -l)" = 1 ]
    diff -r in out/in
}

@test "that a new tree is written to the disk is told" {
    needs_strace
    some_files 100
    traced syncfs:delay_enter=1500000 -r --progress --bwlimit=60000 --atomic --fsync in out/new 2>err
    cat err
    grep -q '^flushing  10[01] of 101 entries' err
    ! grep -q '100%' err || false
    diff -r in out/new
}
