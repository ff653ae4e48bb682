#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Many small files are copied by a few processes, each file as well as if it were alone.
load ../support

some_files() { # count
    mkdir in out
    local i
    for i in $(seq "$1"); do
        echo "file $i" >"in/$i"
    done
}

@test "a thousand files" {
    some_files 1000
    mpcp in/* out
    diff -r in out
    assert_clean
}

@test "no process is forked for a file" {
    needs_strace
    some_files 300
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=clone,clone3,fork,vfork "$MPCP" in/* out
    diff -r in out
    [ "$(grep -cE '(clone|clone3|fork|vfork)\(' trace || true)" -le $((2 * $(nproc))) ] # to look, and to copy
}

@test "large files among them are copied by workers, as usual" {
    needs_strace
    some_files 100
    random_file in/large 20M
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=clone,clone3,fork,vfork "$MPCP" -j3 in/* out
    diff -r in out
    [ "$(grep -cE '(clone|clone3|fork|vfork)\(' trace || true)" -ge 3 ]
}

@test "what fails is reported, once, and the rest is copied" {
    some_files 200
    ln -s nowhere in/dangling
    mkdir in/directory
    run --separate-stderr mpcp in/* out
    [ "$status" = 1 ]
    [ "$(wc -l <<<"$stderr")" = 2 ]
    [[ "$stderr" == *"mpcp: cannot stat 'in/dangling': No such file or directory"* ]]
    [[ "$stderr" == *"mpcp: -r not specified; omitting directory 'in/directory'"* ]]
    rm -r in/dangling in/directory
    diff -r in out
}

@test "of two files for one name the first stays" {
    some_files 100
    mkdir other
    echo other >other/50
    run --separate-stderr mpcp in/* other/50 out
    assert_refused 1 "will not overwrite just-created 'out/50' with 'other/50'"
    diff -r in out
}

@test "-v reports them in their order" {
    some_files 100
    mpcp -v in/* out >lines
    diff <(sed "s/ (.*//" lines) <(for file in in/*; do echo "'$file' -> 'out/${file#in/}'"; done)
}

@test "a process that is killed is reported, with the file it was copying" {
    needs_strace
    some_files 200
    run --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=linkat \
        -e inject=linkat:signal=KILL:when=90 "$MPCP" in/* out
    [ "$status" = 1 ]
    [[ "$stderr" =~ mpcp:\ out/[0-9]+:\ cannot\ copy:\ the\ process\ that\ did\ was\ killed ]]
    assert_clean
}

# Only the parent is traced; what it reads before the pipe must not fail.
@test "what the processes say can't be read" {
    local before
    needs_strace
    some_files 200
    ASAN_OPTIONS=detect_leaks=0 strace -qq -o trace -e trace=read,pipe2 "$MPCP" in/* out
    before=$(sed '/^pipe2/,$d' trace | grep -c '^read')
    ASAN_OPTIONS=detect_leaks=0 timeout -s KILL 20 strace -qq -o trace -e trace=read -e inject=read:error=EIO:when=$((before + 1))+ \
        "$DIR/$PROCESS" in/* out
    grep -q EIO trace
    diff -r in out
}

@test "a signal ends all of them" {
    local status=0
    needs_strace
    some_files 300
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=linkat -e inject=linkat:delay_enter=20000 \
        "$DIR/$PROCESS" in/* out &
    wait_until test -e out/1
    kill -TERM "$(pgrep -o -x "$PROCESS")"
    wait $! || status=$?
    [ "$status" = 143 ]
    [ "$(ls out | wc -l)" -lt 300 ]
    assert_clean
}
