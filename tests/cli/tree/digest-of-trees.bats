#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --digest of trees: a line for each regular file, whoever of the crew copies it.
load ../checksums

a_tree() {
    some_tree src 20 15
    random_file src/large 30M
    random_file src/d1/small-enough 5M
    : >src/empty
    truncate -s 10M src/sparse
    ln -s empty src/link
    mkfifo src/fifo
}

@test "each file has a line, and no other entry" {
    a_tree
    local kind
    for kind in $KINDS; do
        needs_kind "$kind"
        mpcp -r --digest="$kind:sums" src "dst-$kind"
        [ "$(names_in sums)" = "$(find "dst-$kind" -type f | sort)" ]
        passes "$kind" sums
    done
    mpcp --check sums
    assert_clean
}

@test "each name of a file that has several" {
    mkdir -p src/a src/b
    random_file src/a/large 9M
    ln src/a/large src/b/large
    echo x >src/a/1
    ln src/a/1 src/a/2
    ln src/a/1 src/b/3
    mpcp -a --digest=xxh128:sums src dst
    [ "$(names_in sums | tr '\n' ' ')" = "dst/a/1 dst/a/2 dst/a/large dst/b/3 dst/b/large " ]
    mpcp --check sums
}

@test "also what --resume finds there" {
    a_tree
    mpcp -a --digest=xxh128:sums src dst
    cp sums first
    rm dst/large dst/d3/f1
    mpcp -a --resume --digest=xxh128:sums src dst/.. 2>&1 || true
    mpcp -a --resume -T --digest=xxh128:sums src dst
    [ "$(sort sums)" = "$(sort first)" ]
}

@test "not what -u leaves" {
    mkdir src
    echo x >src/old
    mpcp -a --digest=xxh128:sums src dst
    echo y >src/new
    mpcp -a -u -T --digest=xxh128:sums src dst
    [ "$(names_in sums)" = dst/new ]
}

@test "as JSON" {
    mkdir src
    echo x >src/file
    ln -s file src/link
    mpcp -a --json --digest=xxh128:sums src dst >json
    cat json
    [ "$(jq -r 'select(.kind == "file") | .digest.hex' json)" = "$(cut -d' ' -f1 sums)" ]
    [ "$(jq -r 'select(.kind == "link") | has("digest")' json)" = false ]
}

@test "the file itself, in the tree, is neither copied nor replaced" {
    mkdir src
    echo x >src/file
    run --separate-stderr mpcp -r --digest=xxh128:src/sums src dst
    assert_failed_like 1 "cannot copy 'src/sums': the checksums are being written to it \(--digest\)"
    [ "$(names_in src/sums)" = dst/file ]
    cmp src/file dst/file
    rm -r src/sums
    echo other >src/sums
    run --separate-stderr mpcp -rT --digest=xxh128:dst/sums src dst
    assert_failed_like 1 "cannot copy 'dst/sums': the checksums are being written to it \(--digest\)"
    [ "$(names_in dst/sums)" = dst/file ]
}

@test "of a crew of which one is killed, lines are whole" {
    needs_strace
    some_tree src 30 20
    traced write:delay_exit=2000 -r -j3 --digest=xxh128:sums src dst 2>err &
    JOB=$!
    some() { [ -e sums ] && [ "$(wc -l <sums)" -ge 100 ]; }
    wait_until some
    WORKERS=$(pgrep -P "$(pgrep -o -x "$PROCESS")")
    set -- $WORKERS
    [ $# = 0 ] || kill -KILL "$1"
    wait $JOB || true
    [ "$(wc -l <sums)" -ge 100 ]
    ! grep -qvE '^[0-9a-f]{32}  dst/[^ ]+$' sums || false
}
