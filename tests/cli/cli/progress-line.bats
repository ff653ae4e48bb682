#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the line of progress contains: which file it is, what the terminal can show; and whether anybody reads it.
load ../support

# Copies a, of 4 MiB, and what else is named, into d, with progress on a terminal; what is written there goes to lines,
# one drawing a line.
show() { # columns, source...
    local columns=$1
    shift
    mkdir -p d
    on_terminal "$columns" "$DIR/$PROCESS" --progress --bwlimit=4M a "$@" d >screen
    tr '\r' '\n' <screen >lines
    cat -v lines
}

@test "for several files it says which one, by number and name, and how far all are" {
    needs_terminal
    random_file a 4M
    random_file b 4M
    show 120 b
    grep -qE 'file 1 of 2 +[0-9]+%  .* of 8\.0 MiB  .* left  a' lines
    grep -qE 'file 2 of 2 +[5-9][0-9]%  .* of 8\.0 MiB  .* left  b' lines
    cmp b d/b
}

@test "a name can't control the terminal" {
    needs_terminal
    local name=$'\e]0;title\a\e[2J\n\r\302\233x'
    random_file a 100K
    random_file "$name" 4M
    NO_COLOR=1 LC_ALL=C.UTF-8 show 120 "$name"
    grep -qF '?]0;title??[2J???x' lines
    ! grep -qF -e $'\e]' -e $'\e[2' -e $'\a' -e $'\302\233' screen || false
}

@test "a long name loses its beginning, and the line stays one" {
    needs_terminal
    local name
    name=$(printf '%0200d' 0)_end
    random_file a 100K
    random_file "$name" 4M
    NO_COLOR=1 LC_ALL=C show 79 "$name"
    grep -q '\.\.\.0*_end' lines
    sed 's/\x1b\[K//' lines | awk 'length > 78 {exit 1}'
}

@test "a locale of UTF-8 has block characters, others ASCII" {
    needs_terminal
    random_file a 4M
    LC_ALL=C.UTF-8 show 79
    grep -q '▕.*█.*▏' lines
    LC_ALL=C show 79
    grep -q '\[.*=.*>' lines
    LC_ALL=C grep -q '^[ -~[:cntrl:]]*$' lines
    ! LC_ALL=C grep -q '[^ -~[:cntrl:]]' lines || false
}

@test "colour, unless NO_COLOR is set and not empty" {
    needs_terminal
    random_file a 2M
    show 79
    grep -qF $'\e[32m' screen
    NO_COLOR= show 79
    grep -qF $'\e[32m' screen
    NO_COLOR=1 show 79
    ! grep -qF $'\e[32m' screen || false
}

@test "lines that don't go to a terminal have neither colour nor block characters" {
    random_file src 6M
    LC_ALL=C.UTF-8 mpcp --progress --bwlimit=3M src dst 2>err
    [ -s err ]
    ! LC_ALL=C grep -q '[^ -~]' err || false
}

@test "narrow terminals keep the percentage" {
    needs_terminal
    random_file a 4M
    LC_ALL=C show 20
    grep -qE '^ *[0-9]+%  [0-9-]:[0-9-]+ left' lines
    LC_ALL=C show 10
    grep -qE '^ *[0-9]+%' lines
    sed 's/\x1b\[K//' lines | awk 'length > 9 {exit 1}'
}

@test "the last phase is shown, though nobody knows how long it takes" {
    needs_strace
    random_file src 20M
    traced fsync:delay_enter=300000 -j1 --engine=read-write --progress --fsync --bwlimit=10M src dst 2>err
    cat err
    grep -qx finishing err
    ! grep -q '100%' err || false
}

# Runs a command, which must end by itself, with standard error being a pipe that is full, and that nobody empties.
with_full_pipe() {
    timeout 20 python3 -c 'import os, subprocess, sys
r, w = os.pipe()
os.set_blocking(w, False)
try:
    while True: os.write(w, b"x" * 4096)
except BlockingIOError:
    os.set_blocking(w, True)
sys.exit(subprocess.run(sys.argv[1:], stderr=w).returncode)' "$@"
}

@test "no copy waits for whoever reads its progress" {
    random_file src 4M
    with_full_pipe "$MPCP" --progress=always --bwlimit=2M src dst
    cmp src dst
    with_full_pipe "$MPCP" --progress=json src again
    cmp src again
}

@test "no copy ends because nobody reads its progress any more" {
    random_file src 4M
    local form
    for form in always json; do
        mpcp --progress=$form --bwlimit=2M src dst 2> >(exec true)
        cmp src dst
        rm dst
    done
}
