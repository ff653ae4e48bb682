#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A file that appears under the destination's name during the copy: a small copy begins anew, as if it had been there.
load ../support

# Copies from src to dst, which doesn't exist, and runs a command just before dst gets its name.
overtaken_by() { # command, option...
    local command=$1 status=0
    shift
    needs_strace
    [ -e src ] || echo ours >src
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=linkat -e inject=linkat:delay_enter=1000000:when=1 \
        "$DIR/$PROCESS" "$@" <"${INPUT:-/dev/null}" 2>err &
    wait_until grep -qs linkat trace
    "$command"
    wait $! || status=$?
    own_messages err
    return $status
}

appear() { echo theirs >dst; }
appear_linked() { echo theirs >other && ln other dst; }
appear_as_link() { echo theirs >victim && ln -s victim dst; }
appear_as_directory() { mkdir dst; }
appear_unwritable() { echo theirs >dst && chmod 444 dst; }
appear_as_source() { ln src dst; }

is_left_alone() {
    [ "$(own_messages err)" = "mpcp: cannot create regular file 'dst': File exists (it appeared while it was being copied)" ]
    assert_clean
}

@test "it is replaced" {
    overtaken_by appear src dst
    [ "$(cat dst)" = ours ]
    assert_clean
}

@test "it keeps its mode, like every file that is replaced" {
    appear_as_private() { appear && chmod 600 dst; }
    overtaken_by appear_as_private src dst
    [ "$(stat -c %a dst)" = 600 ]
    [ "$(cat dst)" = ours ]
}

@test "not with -n" {
    overtaken_by appear -n src dst
    [ "$(cat dst)" = theirs ]
    assert_clean
}

@test "with -u only if it is older" {
    echo ours >src
    touch -d '1 hour' src
    overtaken_by appear -u src dst
    [ "$(cat dst)" = ours ]
    rm dst
    touch -d '1 hour ago' src
    overtaken_by appear -u src dst
    [ "$(cat dst)" = theirs ]
}

@test "with -i only after a question" {
    echo y >answer
    INPUT=answer overtaken_by appear -i src dst
    [[ "$(own_messages err)" == "mpcp: overwrite 'dst'? "* ]]
    [ "$(cat dst)" = ours ]
    rm dst
    echo n >answer
    INPUT=answer run overtaken_by appear -i src dst
    [ "$status" = 1 ]
    [ "$(cat dst)" = theirs ]
}

@test "one with several names is written in place" {
    overtaken_by appear_linked src dst
    [ "$(cat other)" = ours ]
    [ dst -ef other ]
    assert_clean
}

@test "the source itself is refused" {
    run overtaken_by appear_as_source src dst
    [ "$status" = 1 ]
    [ "$(own_messages err)" = "mpcp: 'src' and 'dst' are the same file" ]
    [ "$(cat src)" = ours ]
}

@test "one that isn't writable is refused" {
    local status=0
    needs_root
    needs_strace
    chmod 777 .
    echo ours >src
    ASAN_OPTIONS=detect_leaks=0 setpriv --reuid=65534 --regid=65534 --clear-groups strace -f -qq -o trace \
        -e trace=linkat -e inject=linkat:delay_enter=1000000:when=1 "$DIR/$PROCESS" src dst 2>err &
    local job=$!
    wait_until grep -qs linkat trace
    appear_unwritable
    wait $job || status=$?
    cat err
    [ "$status" = 1 ]
    [ "$(own_messages err)" = "mpcp: cannot create regular file 'dst': Permission denied (--force replaces it anyway)" ]
    [ "$(cat dst)" = theirs ]
}

@test "a link is left alone" {
    run overtaken_by appear_as_link src dst
    [ "$status" = 1 ]
    is_left_alone
    [ "$(cat victim)" = theirs ]
    [ -L dst ]
}

@test "a directory is left alone" {
    run overtaken_by appear_as_directory src dst
    [ "$status" = 1 ]
    is_left_alone
    [ -z "$(ls -A dst)" ]
}

@test "it is left alone by a stream, which can't be read twice" {
    echo stream >input
    INPUT=input run overtaken_by appear - dst
    [ "$status" = 1 ]
    is_left_alone
    [ "$(cat dst)" = theirs ]
}

@test "it is left alone by a large copy, which keeps other mpcps away" {
    random_file src 9M
    run overtaken_by appear src dst
    [ "$status" = 1 ]
    is_left_alone
    [ "$(cat dst)" = theirs ]
}

@test "where the staged file has a hidden name" {
    local status=0
    needs_strace
    with_fuse 64M
    echo ours >src
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=renameat2 \
        -e inject=renameat2:delay_enter=1000000:when=1 "$DIR/$PROCESS" src "$MNT/dst" 2>err &
    wait_until grep -qs renameat2 trace
    echo theirs >"$MNT/dst"
    wait $! || status=$?
    own_messages err
    [ "$status" = 0 ]
    [ "$(cat "$MNT/dst")" = ours ]
    assert_clean "$MNT"
}

@test "of ten at once none fails, and one of them has won" {
    local round i jobs
    for i in $(seq 0 9); do random_file "src$i" $((4000000 + i)); done
    for round in $(seq 20); do
        rm -f dst
        jobs=
        for i in $(seq 0 9); do
            mpcp "src$i" dst &
            jobs="$jobs $!"
        done
        for i in $jobs; do wait "$i"; done
        cmp dst "src$(($(stat -c %s dst) - 4000000))"
    done
    assert_clean
}

# Only the lock keeps two that write in place from mixing.
@test "of ten that write in place at once, those that would write into another's are refused" {
    local round i
    for i in $(seq 0 9); do random_file "src$i" $((100000 + i)); done
    for round in $(seq 20); do
        rm -f dst twin
        echo old >dst
        ln dst twin
        for i in $(seq 0 9); do
            mpcp "src$i" dst 2>>err &
        done
        wait
        cmp dst "src$(($(stat -c %s dst) - 100000))"
    done
    [ -z "$(grep -v 'mpcp: dst: cannot copy: another mpcp .*is copying to it (--wait waits for it)' err)" ]
    assert_clean
}

# What takes the place of a file that was looked at isn't: it may be anybody's.
@test "in place: what appears is written to" {
    echo a >a
    local i
    for i in $(seq 60); do
        rm -f x
        mpcp --inplace a x & mpcp a x & mpcp a x & wait
    done 2>err
    cat err
    ! grep -v 'another mpcp\|replaced by another file meanwhile' err || false
}
