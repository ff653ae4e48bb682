#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What several processes print about a tree: whole lines, each once; progress; and what -v reports.
load ../support

@test "the first operand is copied first" {
    mkdir to
    for name in a b c; do
        mkdir $name
        echo text >$name/file
    done
    run mpcp -rvj1 c a b to
    [ "$(grep -o '^.[abc]. ' <<<"$output" | tr -d "' \n")" = cab ]
}

@test "-v reports each entry once, in whole lines" {
    some_tree in 60 20
    mpcp -rv -j8 in out >said
    [ "$(wc -l <said)" = "$(find in | wc -l)" ]
    find in -printf "%p\n" | sed "s/.*/'&' -> 'out&'/; s/'outin/'out/" | sort >expected
    sort said | diff expected -
}

@test "-v reports a directory before what is in it" {
    some_tree in 20 5
    mpcp -rv -j8 in out >said
    python3 -c 'import os, sys
seen = set()
for line in open("said"):
    path = line.split("\x27")[1]
    seen.add(path)
    parent = os.path.dirname(path)
    assert parent in ("", *seen), path'
}

@test "sentences of several processes are whole lines" {
    needs_root
    some_tree in 60 20
    chmod 0 in/d*/f*
    chmod 777 .
    chown -R 65534:65534 in
    mpcp_as_nobody -r -j8 in out 2>err || [ $? = 1 ]
    [ "$(wc -l <err)" = 1200 ]
    [ "$(sort -u err | wc -l)" = 1200 ]
    [ "$(grep -cE "^mpcp: cannot open 'in/d[0-9]+/f[0-9]+' for reading: Permission denied$" err)" = 1200 ]
    chmod -R u+rwX in
}

# Eight directories so deep, with names of 250 bytes of which each is printed as four, with files at their ends.
deep_ones() { # levels
    python3 -c 'import os, sys
for i in range(8):
    os.makedirs(f"in/{i}")
    fd = os.open(f"in/{i}", os.O_RDONLY)
    for _ in range(int(sys.argv[1])):
        os.mkdir("\x01" * 250, dir_fd=fd)
        below = os.open("\x01" * 250, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    for k in range(40): os.close(os.open(f"{k}", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    os.close(fd)' "$1"
}

assert_whole_lines() { # levels
    [ "$(wc -l <said)" = $((1 + 8 * ($1 + 41))) ]
    python3 -c 'import re
for line in open("said"):
    assert re.fullmatch(r"\x27in[^>]*\x27 -> \x27out[^>]*\x27\n", line), line[:200]'
}

@test "long lines, too" {
    deep_ones 60
    mpcp -rv -j8 in out >said
    assert_whole_lines 60
}

@test "a full standard output is reported, and everything is copied" {
    some_tree in 30 10
    run --separate-stderr bash -c "'$DIR/$PROCESS' -rv in out >/dev/full"
    echo "$stderr"
    [ "$status" = 1 ]
    [ "$(grep -c 'write error' <<<"$stderr")" = 1 ]
    diff -r in out
    wait_until no_process_left
}

@test "if a reader goes away, everything is copied" {
    some_tree in 60 20
    (mpcp -rv in out && touch unexpected || true) | head -1
    [ ! -e unexpected ]
    diff -r in out
    wait_until no_process_left
}

# Leaves what a copy of 400 files, each of whose calls is slow, sent to a terminal as `screen`, and its `lines`.
show_slowly() { # call, microseconds, option
    needs_terminal
    needs_strace
    some_tree in 40 10
    ASAN_OPTIONS=detect_leaks=0 on_terminal 80 strace -f -qq -o /dev/null -e trace=$1 -e inject=$1:delay_enter=$2 \
        "$DIR/$PROCESS" -r $3 in out >screen
    tr '\r' '\n' <screen >lines
    cat -v lines
}

@test "on a terminal, after a second, how far it is" {
    show_slowly write 20000 -j4
    grep -qE '[1-9][0-9]* entries' lines
    [ "$(tail -c 4 screen | od -An -c | tr -d ' ')" = '\r033[K' ]
    diff -r in out
}

@test "it is shown in the same way by a single process" {
    show_slowly read 5000 -j1
    grep -qE '^counting  [1-9][0-9]* of [1-9][0-9]* entries  [0-9.]+ K?i?B of [0-9.]+ K?i?B  .*/s  0:0[0-9]' lines
    [ "$(tail -c 4 screen | od -An -c | tr -d ' ')" = '\r033[K' ]
    diff -r in out
}

@test "when all is found, the time left; a large file's bytes count as they are copied" {
    needs_terminal
    mkdir in
    echo some >in/small
    random_file in/large 12M
    on_terminal 80 "$DIR/$PROCESS" -r --bwlimit=4M --chunk=64K in out >screen
    tr '\r' '\n' <screen >lines
    cat -v lines
    grep -qE '1 of 3 entries +[1-9][0-9]%  [0-9.]+ MiB of 12\.0 MiB  .*/s  0:0[0-9] left' lines
    ! grep -q counting lines || false
    cmp in/large out/large
}

@test "SIGUSR1 asks for one line" {
    needs_strace
    some_tree in 60 10
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=read -e inject=read:delay_enter=5000 \
        "$DIR/$PROCESS" -r -j1 in out 2>err &
    local job=$!
    wait_until test -d out/d59 -o -d out/d1 -o -d out/d30
    pkill -USR1 -x "$PROCESS"
    wait $job
    cat err
    [[ "$(own_messages err)" =~ ^mpcp:\ counting\ \ [0-9]+\ of\ [0-9]+\ entries\ \ [^$'\n']*$ ]]
}

@test "a sentence is never on the line of progress" {
    needs_terminal
    needs_strace
    some_tree in 40 10
    ASAN_OPTIONS=detect_leaks=0 run on_terminal 80 strace -f -qq -o /dev/null -e trace=write,mkdirat -e inject=write:delay_enter=20000 \
        -e inject=mkdirat:error=EDQUOT:when=8+ "$DIR/$PROCESS" -r -j4 in out
    tr '\r' '\n' <<<"$output" | sed 's/\x1b\[K//' >lines
    cat -v lines
    grep -q "^mpcp: cannot create directory 'out/.*': Disk quota exceeded$" lines
    ! grep -q 'entries.*mpcp' lines || false
}

@test "a short run shows nothing" {
    needs_terminal
    some_tree in 10 10
    on_terminal 80 "$DIR/$PROCESS" -r in out >screen
    [ ! -s screen ]
}

@test "--quiet reports what fails, and nothing else" {
    some_tree in 3 3
    mkdir -p out/in/d1/f1
    run --separate-stderr mpcp -r --quiet in out
    assert_failed_like 1 ".*cannot overwrite directory 'out/in/d1/f1' with non-directory"
}
