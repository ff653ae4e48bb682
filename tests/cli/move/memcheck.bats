#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Under valgrind, parent and workers use no memory that they don't have or haven't set, and lose none, however a copy
# ends.
load ../support

eval "begin_$(declare -f setup)"

setup() {
    begin_setup
    command -v valgrind >/dev/null || skip "valgrind is missing"
    skip_sanitized "the sanitizers look at memory themselves"
}

# Runs the program; expects a status, and not a word from valgrind. Calls that it doesn't know are lines with "--".
checked() { # status, argument...
    local expected=$1 status=0
    shift
    # libxxhash keeps no pointer to the beginning of what it allocates: "possibly lost" to valgrind.
    # --vgdb: it would leave pipes in /tmp, if killed.
    # ulimit: the search for leaks reads through all of the address space that a crew could share.
    (
        ulimit -v 1000000
        exec valgrind --quiet --vgdb=no --log-file="$DIR/memcheck.%p" --error-exitcode=99 --trace-children=yes \
            --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
            "$MPCP" "$@"
    ) || status=$?
    echo "status $status" >&2
    [ "$status" = "$expected" ]
    nothing_found
}

nothing_found() {
    ! grep -h '^==' "$DIR"/memcheck.* >&2 || false
}

copy_with() { # engine...
    local engine
    random_file src 3000001
    for engine; do
        echo "$engine"
        checked 0 --engine="$engine" -j3 --chunk=256K src dst
        cmp src dst
        rm dst
    done
}

QUICK='mmap read-write splice' # of the engines

@test "a copy, with engines that differ most" { copy_with $QUICK; }

# bats test_tags=slow
@test "a copy, with each other engine" {
    copy_with $(tr ' ' '\n' <<<"$ENGINES" | grep -vxF "${QUICK// /$'\n'}")
}

@test "a copy that is explained, verified, kept from the cache, preserved and reported" {
    random_file src 3000001
    truncate -s 8M src
    checked 0 --explain -j2 --verify --fsync --cache=drop --sparse=always --preserve=all -v src dst
    checked 0 --json -j2 --bwlimit=100M --progress=always --inplace src dst
    cmp src dst
}

@test "a copy that is resumed" {
    random_file src 2M
    mpcp --resume -j2 --chunk=64K --bwlimit=512K src dst &
    wait_until grep -q . .dst.mpcp-journal
    pkill -KILL -o -x "$PROCESS" # the parent
    wait_until no_process_left
    checked 0 --resume -j2 --chunk=64K src dst
    cmp src dst
}

@test "a pipe to another" {
    random_file src 1000001
    checked 0 - - <src >dst
    cmp src dst
}

@test "many small files" {
    local i
    mkdir sources target
    for i in $(seq 30); do random_file sources/$i $((i * 1000)); done
    checked 0 -p sources/* target
    diff -r sources target
}

with_everything() {
    some_tree in 30 3
    ln in/d1/f1 in/twin
    ln -s twin in/link
    mkfifo in/fifo
    truncate -s 9M in/large
}

@test "a tree, with everything that a tree may have" {
    with_everything
    checked 0 -a -j3 in out
    diff -r --no-dereference --exclude=fifo in out
    checked 0 -a -j3 -b in/. out
}

# bats test_tags=slow
@test "a tree that is copied as a whole, or not at all" {
    with_everything
    checked 0 -a --atomic --fsync --verify in whole
    diff -r --no-dereference --exclude=fifo in whole
    checked 1 -a -j3 in nothing/out
}

@test "copies that fail" {
    random_file src 3000001
    checked 1 nothing dst
    checked 1 src .
    with_device full
    checked 1 src full
    checked 1 src src
    (ulimit -f 1000 && checked 1 -j2 src dst)
    (ulimit -f 1000 && checked 1 --resume -j2 src dst)
    mkdir target
    checked 1 src nothing target
    cmp src target/src
}

@test "a copy that is interrupted" {
    mkfifo fifo
    exec 7<>fifo
    checked 143 fifo dst 7>&- &
    reads_it() { ls -l "/proc/$(pgrep -P $!)/fd" | grep -q "$DIR/fifo"; }
    wait_until reads_it
    kill -TERM "$(pgrep -P $!)"
    wait $!
}

@test "help, an invalid command line, and --status" {
    checked 0 --help
    checked 2 --chunk=nonsense src dst
    checked 2 src
    checked 0 --status
    checked 0 --status --json
}
