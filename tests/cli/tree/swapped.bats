#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What others do to a tree while it is copied: what vanishes or changes is reported, and nothing is written, or read,
# through a link that somebody puts in the place of a directory.
load ../support

# Runs mpcp in the background, with each call of the given ones delayed: delayed CALLS MICROSECONDS ARGUMENT...
delayed() {
    local calls=$1 delay=$2
    shift 2
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace="$calls" -e inject="$calls:delay_enter=$delay" \
        "$DIR/$PROCESS" "$@" >out-said 2>err &
    JOB=$!
}

finished() {
    STATUS=0
    wait $JOB || STATUS=$?
    cat out-said err
}

@test "files that vanish are reported, and the rest is copied" {
    needs_strace
    some_tree in 6 10
    delayed openat 5000 -r -j1 in out
    wait_until test -e out/d0 -o -e out/d1 -o -e out/d2 -o -e out/d3 -o -e out/d4 -o -e out/d5
    for i in 0 1 2 3 4 5; do [ -e out/d$i ] || rm -f in/d$i/f[5-9]; done
    finished
    assert_clean
    [ "$STATUS" -le 1 ]
    [ "$(grep -vcE "No such file or directory|it was removed" err)" = 0 ] || grep -q strace err
    for i in 0 1 2 3 4 5; do cmp in/d$i/f1 out/d$i/f1; done
}

@test "directories that vanish are reported, and the rest is copied" {
    needs_strace
    some_tree in 8 3
    delayed openat 10000 -r -j1 in out
    wait_until test -e out/d0 -o -e out/d1 -o -e out/d2 -o -e out/d3 -o -e out/d4 -o -e out/d5 -o -e out/d6 -o -e out/d7
    for i in 0 1 2 3 4 5 6 7; do [ -e out/d$i ] || rm -r in/d$i; done
    finished
    [ "$STATUS" = 1 ]
    grep -q "No such file or directory" err
    assert_clean
}

# The listing said that it is a file.
@test "a file that becomes a FIFO doesn't hang it" {
    needs_strace
    mkdir in
    local i
    for i in $(seq 40); do echo text >in/$i; done
    delayed openat 20000 -r -j1 in out
    sleep 0.3
    for i in $(seq 40); do rm in/$i && mkfifo in/$i; done
    finished
    wait_until no_process_left
    assert_clean
    for i in $(seq 40); do [ -p out/$i ] || [ "$(cat out/$i)" = text ] || [ ! -e out/$i ]; done
}

@test "a file that becomes a link isn't followed" {
    needs_strace
    mkdir in
    echo secret >secret
    local i
    for i in $(seq 40); do echo text >in/$i; done
    delayed openat 20000 -r -j1 in out
    sleep 0.3
    for i in $(seq 40); do ln -sf ../secret in/$i; done
    finished
    wait_until no_process_left
    for i in $(seq 40); do [ -L out/$i ] || [ ! -e out/$i ] || [ "$(cat out/$i)" = text ]; done
    assert_clean
}

@test "a directory that becomes a link isn't followed" {
    needs_strace
    some_tree in 10 2
    mkdir secrets
    echo secret >secrets/secret
    delayed openat 10000 -r -j1 in out
    wait_until test -d out
    for i in $(seq 0 9); do [ -e out/d$i ] || { mv in/d$i moved-$i && ln -s ../secrets in/d$i; }; done
    finished
    wait_until no_process_left
    [ -z "$(find out -type f -name secret)" ]
    assert_clean
}

# All of an existing destination's directories are replaced by links to a place outside of it, again and again, while
# files are created in them.
@test "nothing is written through a link that takes a destination's place" {
    needs_strace
    needs_root
    some_tree in 6 30
    mkdir -p outside
    local round i
    for round in 1 2 3 4; do
        rm -rf to
        mkdir -p to/in
        for i in $(seq 0 5); do mkdir to/in/d$i; done
        delayed openat,linkat 2000 -r in to
        sleep 0.0$((round * 2))
        for i in $(seq 0 5); do mv to/in/d$i moved-$round-$i && ln -s "$DIR/outside" to/in/d$i; done
        finished
        wait_until no_process_left
        [ -z "$(ls -A outside)" ]
    done
}

@test "nor through one that appears only at the last moment" {
    needs_strace
    some_tree in 1 3
    mkdir -p to/in/d0 outside
    # Between the look at the directory and its opening.
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=newfstatat -P to/in/d0 -P d0 \
        -e inject=newfstatat:delay_exit=1000000 "$DIR/$PROCESS" -r -j1 in to 2>err &
    JOB=$!
    sleep 0.5
    mv to/in/d0 moved && ln -s "$DIR/outside" to/in/d0
    STATUS=0
    wait $JOB || STATUS=$?
    cat err
    [ -z "$(ls -A outside)" ]
}

@test "a nest that becomes a link isn't filled elsewhere" {
    needs_strace
    some_tree in 1 40
    mkdir outside
    delayed openat 5000 -r -j1 in out
    wait_until test -e out
    local nest=
    found() { nest=$(find out -name '.d0.mpcp-*' -print -quit) && [ -n "$nest" ]; }
    wait_until found
    mv "$nest" moved && ln -s "$DIR/outside" "$nest"
    finished
    [ -z "$(ls -A outside)" ]
}

@test "a file that is written to meanwhile is reported" {
    needs_strace
    mkdir in
    local i
    for i in $(seq 20); do random_file in/$i 100K; done
    delayed write 100000 -r -j1 in out
    begun() { [ -n "$(find . -path './.out.mpcp-*/*' -print -quit 2>/dev/null)" ]; }
    wait_until begun
    for i in $(seq 20); do echo more >>in/$i; done
    finished
    [ "$STATUS" = 1 ]
    grep -q 'while being copied' err
    assert_clean
}
