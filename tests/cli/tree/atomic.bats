#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --atomic: a new tree appears all at once, or not at all.
load ../support

nothing_visible() {
    [ ! -e out ]
    [ -z "$(find . -path './.out*' -prune -o -name out -print)" ]
}

@test "nothing is visible before the end" {
    needs_strace
    some_tree in 40 5
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=renameat2 \
        -e inject=renameat2:delay_enter=2000000 "$DIR/$PROCESS" -a --atomic in out &
    local job=$!
    all_but_named() { [ "$(find . -path './.out.mpcp-*' -name file | wc -l)" = 40 ]; }
    wait_until all_but_named
    nothing_visible
    wait $job
    assert_same_trees in out
    assert_clean
}

@test "a failure leaves nothing" {
    needs_strace
    some_tree in 20 5
    run --separate-stderr traced write:error=EIO:when=30 -r -j1 --atomic in out
    echo "$stderr"
    [ "$status" = 1 ]
    [ ! -e out ]
    assert_clean
}

@test "the same for a failure outside copying: what can't be read" {
    needs_root
    some_tree in 20 5
    chmod 0 in/d7
    chown -R 65534:65534 in
    chmod 777 .
    run --separate-stderr mpcp_as_nobody -r --atomic in out
    [ "$status" = 1 ]
    [ "$stderr" = "mpcp: cannot access 'in/d7': Permission denied
mpcp: not creating directory 'out', as not everything could be copied" ]
    [ ! -e out ]
    assert_clean
    chmod 755 in/d7
}

@test "the same for read-only directories, as an ordinary user" {
    needs_root
    some_tree in 5 2
    mkdir in/shut
    chmod 0 in/shut
    chmod 555 in/d*/below in/d* in
    chown -R 65534:65534 in
    chmod 777 .
    run --separate-stderr mpcp_as_nobody -a --atomic in out
    [ "$status" = 1 ]
    [ ! -e out ]
    assert_clean
}

some_are_copied() { # how many
    [ "$(find . -path './.out.mpcp-*' -name 'f*' | wc -l)" -gt "$1" ]
}

# Asks a slow copy of `in` to stop once it has some files.
interrupt_after() { # files
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=write,pwrite64 \
        -e inject=write,pwrite64:delay_enter=20000 "$DIR/$PROCESS" -a --atomic in out &
    local job=$!
    wait_until some_are_copied "$1"
    pkill -TERM -o -x "$PROCESS"
    wait $job || true
    wait_until no_process_left
    [ ! -e out ]
    assert_clean
}

@test "an interruption leaves nothing" {
    needs_strace
    local round
    some_tree in 40 5
    for round in 1 2 3; do
        interrupt_after $((round * 20))
    done
}

@test "the same in the last directory" {
    needs_strace
    mkdir -p in/only
    local i
    for i in $(seq 100); do echo $i >in/only/f$i; done
    interrupt_after 10
}

@test "what exists already is refused" {
    some_tree in 2 2
    mkdir -p to/in
    run --separate-stderr mpcp -r --atomic in to
    assert_refused 1 "--atomic: 'to/in' exists already: only a new directory can appear all at once"
    run --separate-stderr mpcp -rT --atomic in to
    assert_refused 1 "--atomic: 'to' exists already: only a new directory can appear all at once"
    run --separate-stderr mpcp -r --atomic in/. to
    assert_refused 1 "--atomic: 'to/.' exists already: only a new directory can appear all at once"
    [ -z "$(ls to/in)" ]
}

@test "several trees appear one by one" {
    some_tree a 3 3
    some_tree b 3 3
    mkdir to
    mpcp -a --atomic a b to
    assert_same_trees a to/a
    assert_same_trees b to/b
    assert_clean
}

@test "what takes the name meanwhile stays" {
    needs_strace
    some_tree in 10 3
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=renameat2 \
        -e inject=renameat2:delay_enter=2000000 "$DIR/$PROCESS" -a --atomic in out 2>err &
    local job=$!
    all_but_named() { [ "$(find . -path './.out.mpcp-*' -name file | wc -l)" = 10 ]; }
    wait_until all_but_named
    mkdir out
    status=0
    wait $job || status=$?
    cat err
    [ "$status" = 1 ]
    [ -z "$(ls -A out)" ]
    [ "$(cat err)" = "mpcp: cannot create directory 'out': File exists" ]
    assert_clean
}
