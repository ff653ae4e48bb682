#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --fsync, --verify, --resume and --dry-run of trees; and what a killed copy leaves.
load ../support

@test "--fsync: everything is on the disk before a name is, with few syncs" {
    needs_strace
    some_tree in 30 10
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=syncfs,fsync,fdatasync,renameat2 \
        "$DIR/$PROCESS" -a --fsync in out
    assert_same_trees in out
    grep -oE '(syncfs|renameat2|fsync|fdatasync)\(' trace | uniq | xargs >calls
    cat calls
    [ "$(cat calls)" = 'syncfs( renameat2( syncfs(' ]
    assert_clean
}

@test "--fsync into an existing tree" {
    some_tree in 5 5
    mkdir -p out/d1
    mpcp -aT --fsync in out
    assert_same_trees in out
}

@test "--fsync: a failing sync is reported, and nothing appears" {
    needs_strace
    some_tree in 3 3
    run --separate-stderr traced syncfs:error=EIO:when=1 -a --fsync in out
    assert_failed_like 1 ".*'out': Input/output error"
    [ ! -e out ]
    assert_clean
}

@test "--verify reads everything back" {
    some_tree in 5 5
    mpcp -a --verify in out
    assert_same_trees in out
}

@test "--verify finds what is wrong" {
    needs_strace
    some_tree in 3 3
    random_file in/d1/random 100K
    run --separate-stderr traced pwrite64:poke_exit=@arg2=0badc0de:when=1 -r -j1 --verify in out
    [ "$status" = 1 ] || skip "strace can't change what is read here"
}

@test "--resume: what is whole isn't copied again" {
    needs_strace
    some_tree in 10 5
    mpcp -a in out
    rm -r out/d3 out/d5/f1
    echo longer than it was before >>out/d7/f2
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=write,pwrite64,copy_file_range,sendfile,splice \
        "$DIR/$PROCESS" -aT --resume in out
    assert_same_trees in out
    [ "$(grep -c . trace)" -le 40 ]
    assert_clean
}

@test "--resume: what lacks its owner or mode gets them" {
    [ "$(id -u)" = 0 ] || skip "only root may give files away"
    some_tree in 2 2
    chown 12:34 in/d0/f0
    chmod 4711 in/d1/f1
    mpcp -a in out
    chown 0:0 out/d0/f0
    chmod 600 out/d1/f1
    stat -c %i out/d0/f0 out/d1/f1 >before
    mpcp -a --resume -T in out
    assert_same_trees in out
    stat -c %i out/d0/f0 out/d1/f1 | diff before -
}

@test "--resume: what was killed goes on, and leaves nothing behind" {
    needs_strace
    some_tree in 40 5
    local round
    for round in 1 2 3; do
        ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=write,pwrite64 \
            -e inject=write,pwrite64:delay_enter=10000 "$DIR/$PROCESS" -aT --resume in out 2>/dev/null &
        local job=$!
        some_more() { [ "$(find . -path './in' -prune -o -name 'f*' -print | wc -l)" -gt $((round * 30)) ]; }
        wait_until some_more
        pkill -KILL -x "$PROCESS"
        status=0
        wait $job || status=$?
        wait_until no_process_left
    done
    mpcp -aT --resume in out
    assert_same_trees in out
    assert_clean
}

@test "one that is killed leaves only whole files under their names" {
    needs_strace
    some_tree in 40 5
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=write,pwrite64 \
        -e inject=write,pwrite64:delay_enter=10000 "$DIR/$PROCESS" -a in out 2>/dev/null &
    local job=$! name
    some_more() { [ "$(find out -name 'f*' 2>/dev/null | wc -l)" -gt 20 ]; }
    wait_until some_more
    pkill -KILL -x "$PROCESS"
    status=0
    wait $job || status=$?
    wait_until no_process_left
    find out -name '.*mpcp-*' -prune -o -type f -print >there
    while read -r name; do cmp "$name" "in/${name#out/}"; done <there
    [ "$(find out -name '.*mpcp-*' | wc -l)" -le 8 ]
}

# A copy that takes two seconds before it has given the tree its name: slow_resume [OPTION...].
slow_resume() {
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=renameat2 \
        -e inject=renameat2:delay_enter=4000000:when=1 "$DIR/$PROCESS" -a --resume in out &
    wait_until [ -e .out.mpcp-partial/f0 ]
}

@test "--resume: two copies to one directory don't collide" {
    needs_strace
    some_tree in 5 5
    touch in/f0
    slow_resume
    run --separate-stderr mpcp -a --resume in out
    assert_refused 1 "cannot create directory 'out': another mpcp is making it (--wait waits for it)"
    mpcp -a --resume --wait in out
    wait
    assert_same_trees in out
    assert_clean
}

@test "a directory that took the place of a hidden one isn't given its name" {
    needs_strace
    some_tree in 5 5
    touch in/f0
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=newfstatat \
        -e inject=newfstatat:delay_enter=300000 "$DIR/$PROCESS" -r --resume in out 2>err &
    wait_until [ -e .out.mpcp-partial/f0 ]
    mv .out.mpcp-partial elsewhere
    mkdir .out.mpcp-partial
    wait $! && false
    cat err
    grep -q "'out': another process has removed or replaced what was to become it" err
    [ ! -e out ]
}

@test "--resume: a file that is merely newer, and of the same size, isn't taken for the copy" {
    head -c 9M /dev/zero | tr '\0' A >in
    touch -d '2 days ago' in
    local option
    for option in -b -P -H -d -r -L -p -a; do
        head -c 9M /dev/zero | tr '\0' B >out
        mpcp --resume $option in out
        cmp in out
    done
    mkdir tree copy
    echo right >tree/f
    touch -d '2 days ago' tree/f
    echo wrong >copy/f
    mpcp -rT --resume tree copy
    cmp tree/f copy/f
}

@test "--resume: files of the source that are called like what it keeps are copied, too" {
    mkdir in
    random_file in/a 9M
    echo one >in/.a.mpcp-partial
    echo two >in/.a.mpcp-journal
    mpcp -aT --resume in out
    diff -r in out
    mpcp -aT --resume in out
    diff -r in out
}

@test "--resume: of a tree that stays hidden until it is whole, nothing is promised to be kept" {
    mkdir in
    random_file in/a 24M
    local option
    for option in --atomic --fsync --verify; do
        "$DIR/$PROCESS" -a --resume "$option" --bwlimit=10M in out 2>err &
        local job=$! status=0
        wait_until grep -qs . /proc/$job/task/$job/children
        kill -TERM $job
        wait $job || status=$?
        [ "$status" = 143 ]
        ! grep "goes on" err || false
        [ ! -e out ]
        assert_clean
    done
}

@test "--resume: a journal without a copy is removed by the next run" {
    mkdir in
    random_file in/large 9M
    mpcp -a in out
    echo "of one that was killed just then" >out/.large.mpcp-journal
    mpcp -aT --resume in out
    assert_same_trees in out
    assert_clean
}

# Sends a signal to one of the crew.
strike_one() {
    needs_strace
    some_tree in 60 5
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=write,pwrite64 \
        -e inject=write,pwrite64:delay_enter=10000 "$DIR/$PROCESS" -a -j4 in out 2>err &
    local job=$!
    wait_for_processes 5
    pkill "-$1" -n -x "$PROCESS"
    status=0
    wait $job || status=$?
    cat err
    wait_until no_process_left
}

@test "if one process is killed, what it was copying is reported, and the others copy the rest" {
    strike_one KILL
    [ "$status" = 1 ]
    lost=$(sed -n "s/^mpcp: the process that copied '\(.*\)' was killed$/\1/p" err)
    [ -n "$lost" ]
    [ ! -e "out${lost#in}" ]
    mpcp -aT --resume in out
    assert_same_trees in out
    assert_clean
}

@test "if one is killed that has just made a directory, nothing of it is left" {
    skip_sanitized "the sanitizer must be loaded first"
    some_tree in 60 5
    local status=0
    (export STRUCK=$DIR/struck SPARED=$BASHPID LD_PRELOAD=$STRIKER
        "$DIR/$PROCESS" -a -j4 in out 2>err) || status=$?
    cat err
    [ -e struck ] || skip "one process alone has made all directories"
    [ "$status" = 1 ]
    [ "$(wc -l <err)" = 1 ]
    lost=$(sed -n "s/^mpcp: the process that copied 'in\/\(.*\)' was killed$/\1/p" err)
    [ -n "$lost" ]
    rm -r "in/$lost"
    touch -r out in
    assert_same_trees in out
    assert_clean
}

@test "a signal that asks only one process to stop isn't heeded" {
    strike_one TERM
    [ "$status" = 0 ]
    assert_same_trees in out
    assert_clean
}

# What they have pending of one signal is one signal, and tells of the first sender alone.
@test "a signal to all of the group stops them, too, if it reaches the others first" {
    needs_strace
    some_tree in 60 20
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=write,pwrite64 \
        -e inject=write,pwrite64:delay_enter=10000 "$DIR/$PROCESS" -a -j4 in out 2>err &
    local job=$! status=0
    wait_for_processes 5
    pkill -STOP -P "$PARENT" -x "$PROCESS"
    pkill -TERM -P "$PARENT" -x "$PROCESS"
    kill -TERM "$PARENT"
    wait $job || status=$?
    [ "$status" = 143 ]
    wait_until no_process_left
    [ "$(find out -type f 2>/dev/null | wc -l)" -lt 600 ]
    assert_clean
}

@test "--dry-run makes and changes nothing" {
    needs_strace
    some_tree in 10 3
    mkdir -p to/in/d1
    echo old >to/in/d1/f0
    described to >before
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace \
        -e trace=mkdirat,mkdir,linkat,symlinkat,mknodat,renameat,renameat2,unlinkat,fchmod,fchmodat,fchownat,utimensat,write \
        "$DIR/$PROCESS" -a --dry-run --remove-destination in to
    described to >after
    diff before after
    [ "$(grep -vc 'write(1,\|CLD_EXITED' trace)" = 0 ]
    run --separate-stderr mpcp -a --dry-run in new
    [ "$status" = 0 ]
    [ ! -e new ]
    [ "$(ls -A | grep -c new)" = 0 ]
}

@test "--dry-run reports a directory that would be copied into itself, and makes nothing" {
    mkdir -p in/a
    run --separate-stderr mpcp -a --dry-run in in/new
    assert_refused 1 "cannot copy a directory, 'in', into itself, 'in/new'"
    run --separate-stderr mpcp -a --dry-run in in/a
    assert_refused 1 "cannot copy a directory, 'in', into itself, 'in/a/in'"
    [ "$(find in | sort | xargs)" = "in in/a" ]
    mkdir out
    mpcp -a --dry-run in out
}

@test "--dry-run reports where no directory can be made, and what can't be read" {
    needs_root
    some_tree in 2 2
    mkdir -m 755 foreign
    mkdir -m 777 free
    chmod 600 in/d1/f1
    chmod 755 "$DIR"
    run --separate-stderr mpcp_as_nobody -r --dry-run in foreign
    assert_refused 1 "cannot create directory 'foreign/in': Permission denied"
    run --separate-stderr mpcp_as_nobody -r --dry-run in free
    assert_refused 1 "cannot open 'in/d1/f1' for reading: Permission denied"
    [ -z "$(find foreign free -mindepth 1)" ]
}

@test "--dry-run reports where a file of a tree would have no room" {
    with_mount tmpfs 4M
    mkdir in
    random_file in/large 9M
    run --separate-stderr mpcp -a --dry-run in/. "$MNT"
    assert_failed_like 1 "error writing '.*large': No space left on device .*"
    [ "$(ls "$MNT")" = "" ]
}

@test "--dry-run reports what would fail" {
    some_tree in 3 1
    mkdir -p to/in/d1/f0
    run --separate-stderr mpcp -r --dry-run in to
    assert_failed_like 1 ".*cannot overwrite directory 'to/in/d1/f0' with non-directory"
}

@test "a nest that can't be begun is removed" {
    needs_strace
    some_tree in 3 3
    run --separate-stderr traced fstatfs:error=EIO:when=1 -a in out
    assert_failed_like 1 "cannot create directory 'out': Input/output error"
    [ ! -e out ]
    assert_clean
}

# Killed at each of the calls that give names.
@test "-b, --remove-destination, several names: killed anywhere, it leaves a file under its name" {
    needs_strace
    echo new >f
    local way call when
    for way in -b --backup=numbered --remove-destination --preserve=links; do
        for call in renameat renameat2 linkat unlinkat; do
            for when in 1 2 3; do
                rm -rf d
                mkdir d
                echo old >d/f
                ln d/f d/g
                traced "$call:signal=KILL:when=$when" "$way" f d || true
                [[ "$(cat d/f)" =~ ^(old|new)$ ]]
                [ "$(cat d/g)" = old ]
            done
        done
    done
}

@test "-b: where there are no hard links, a file is renamed" {
    needs_strace
    echo new >f
    mkdir d
    echo old >d/f
    traced "linkat:error=EPERM:when=1" -b f d
    [ "$(cat d/f d/f~ | xargs)" = "new old" ]
    assert_clean
}
