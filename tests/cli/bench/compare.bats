#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bench/compare copies what a user has with cp, rsync, dd and mpcp, prints tables of that, and leaves nothing behind.
load ../support

# Everything in a second or so, back to back.
compare() {
    "$MPCP_SOURCE_ROOT/bench/compare" --bench="$MPCP_BENCH" --mpcp="$MPCP" --idle=0 --time=1 --costs=256K "$@"
}

# A program that is found before those of the same name: program NAME SCRIPT.
program() {
    mkdir -p bin
    printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
    PATH=$DIR/bin:$PATH
}

row() { # method, as an expression
    grep -E "^\| $1 +(\| +[0-9.]+ ){4}\|$" out
}

nothing_left() {
    [ -z "$(find "$DIR" -name '.mpcp-bench-*')" ]
}

@test "a file: rows of numbers, by every method, in 100 columns" {
    random_file data 100K
    program rsync 'cp "$2" "$3"'
    cp data before
    compare --time=20 data >out
    cat out
    row 'cp --reflink=never' && row cp && row 'rsync --whole-file' && row 'dd bs=1M' && row mpcp
    for engine in read-write direct mmap sendfile; do row "mpcp --engine=$engine"; done
    grep -q '^### `data`: 100.0 KiB, warm$' out
    grep -q '^- machine: [0-9]' out
    grep -qE '^\| read-write +\|( +[0-9]+ \|){3}' out # what it costs, by one job, two, and in two files
    [ "$(wc -L <out)" -le 100 ]
    cmp data before
    nothing_left
}

@test "as much faster as it was, to cp" {
    random_file data 1M
    program dd 'sleep 0.3; exec /bin/dd "$@"'
    compare --time=20 data >out
    cat out
    row 'cp --reflink=never' | grep -q ' 1\.00 |$'
    # The fifth column is the median, the eleventh its ratio to cp's.
    [ "$(row 'dd bs=1M' | awk '{print ($5 >= 300)}')" = 1 ]
    [ "$(row 'dd bs=1M' | awk '{print ($(NF - 1) > 1)}')" = 1 ]
}

@test "a tree, and what was not kept of it" {
    mkdir -p tree/sub
    random_file tree/a 10K
    ln tree/a tree/sub/b
    program rsync 'cp -r "$3." "$4"'
    compare --time=20 tree >out
    cat out
    row 'cp -a --reflink=never' && row 'rsync -a --whole-file' && row 'mpcp -a --reflink=never' &&
        row 'mpcp -a --reflink=never -j2'
    grep -q '^### `tree`: .*, 2 files, warm$' out
    grep -q '^- rsync -a --whole-file did less: it has not kept .*hard links of 2$' out
    nothing_left
}

@test "after a rest there is a table of its own" {
    random_file data 10K
    compare --idle=1 data >out
    cat out
    grep -q '^Each after 1 s of rest' out
    grep -q '^Back to back; ' out
    [ "$(row 'cp --reflink=never' | wc -l)" = 2 ]
    [ "$(row 'mpcp --reflink=never' | wc -l)" = 2 ]
}

@test "what there is no time for is left out, and said; what isn't installed, too" {
    random_file data 10K
    program cp 'sleep 1.1; exec /bin/cp "$@"'
    compare data >out
    cat out
    row 'cp --reflink=never' && row 'mpcp --reflink=never'
    tr '\n' ' ' <out | grep -q 'not run: .*dd bs=1M.*there was no time left for it'
    mkdir only
    for name in python3 cp dd sh; do ln -s "$(PATH=/usr/bin:/bin command -v $name)" only/$name; done
    PATH=$DIR/only compare --time=20 data >out
    grep 'rsync --whole-file (rsync is not installed)' out
}

@test "users who may not make the kernel forget are told that not everything was cold" {
    needs_root
    mkdir tree
    random_file tree/a 10K
    chmod 777 . tree
    as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
    as_nobody test -x "$MPCP_BENCH" -a -r "$MPCP_SOURCE_ROOT/bench/compare" || skip "another user can't read the build"
    as_nobody "$MPCP_SOURCE_ROOT/bench/compare" --bench="$MPCP_BENCH" --mpcp="$MPCP" --idle=0 --time=1 --costs=256K \
        --cold tree >out
    tr -s '\n ' ' ' <out | grep 'not all cold: names and attributes were in memory'
}

@test "where there is no room, nothing is begun" {
    with_mount tmpfs 16M
    random_file data 20M
    run --separate-stderr compare -d "$MNT" data
    echo "$stderr"
    [ "$status" = 1 ]
    [ -z "$output" ]
    [[ "$stderr" =~ ^compare:\ mpcp-bench:\ .*:\ 20\.0\ MiB\ are\ needed,\ .*\ are\ free$ ]]
    [ -z "$(ls -A "$MNT")" ]
}

@test "^C stops it, and nothing is left" {
    local status=0 compare
    random_file data 10K
    program rsync 'echo $PPID >new; mv new begun; exec sleep 100'
    with_default_signals "$MPCP_SOURCE_ROOT/bench/compare" --bench="$MPCP_BENCH" --mpcp="$MPCP" --idle=0 data >out &
    wait_until test -e begun
    compare=$(ps -o ppid= -p "$(cat begun)") # whose child mpcp-bench has begun this rsync
    stopped() { ! kill -0 $compare; }
    kill -INT $compare
    wait_until stopped 2>/dev/null # which is long before that rsync ends
    wait $! || status=$?
    echo "status $status"
    [ "$status" = 130 ]
    [ ! -s out ]
    nothing_left
}

@test "what can't be copied is refused in a sentence" {
    run --separate-stderr compare nothing
    [ "$status" = 1 ]
    [ "$stderr" = "compare: mpcp-bench: nothing: No such file or directory" ]
    mkdir tree
    run --separate-stderr compare -d tree tree
    [ "$status" = 1 ]
    [[ "$stderr" == *"copies can't be made inside of it (see -d)" ]]
    nothing_left
}
