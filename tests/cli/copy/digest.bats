#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --digest writes the checksum of each file that is copied, which the usual tools check; however it is copied.
load ../checksums

copied_and_right() { # kind, mpcp's arguments...
    local kind=$1
    shift
    mpcp --digest="$kind:sums" "$@"
    cat sums
    [ "$(wc -l <sums)" = 1 ]
    passes "$kind" sums
    assert_clean
}

each_kind() { # mpcp's arguments...
    local kind
    for kind in $KINDS; do
        needs_kind "$kind"
        copied_and_right "$kind" "$@"
    done
}

@test "of a large file, by several workers" {
    random_file src 40M
    each_kind -j3 --reflink=never src dst
}

@test "of a file that ends within a page, by every engine" {
    random_file src 9437183
    local engine
    for engine in $ENGINES; do
        run mpcp --engine="$engine" src probe
        [ "$status" = 0 ] || continue # not on this file system
        copied_and_right xxh128 --engine="$engine" -j2 src dst
    done
}

@test "of small and empty ones" {
    printf x >src
    each_kind src dst
    : >src
    each_kind src dst
}

@test "of a sparse one, with each kind of holes" {
    random_file src 9M
    truncate -s 30M src
    dd if=/dev/urandom of=src bs=1M seek=20 count=3 conv=notrunc status=none
    each_kind src dst
    each_kind --sparse=always -j2 src dst
    each_kind --sparse=never -j2 src dst
}

@test "of one whose data are shared" {
    with_mount xfs 400M -m reflink=1
    cd "$MNT"
    random_file src 20M
    mpcp --reflink=always --json --digest=xxh128:sums src dst | json 'o["engine"]' >engine
    [ "$(cat engine)" = reflink ]
    needs_kind xxh128
    passes xxh128 sums
}

@test "of one that is written in place" {
    random_file src 12M
    random_file dst 14M
    each_kind --inplace src dst
}

@test "of one that is copied with little memory in the page cache" {
    random_file src 12M
    each_kind --cache=drop --reflink=never -j2 src dst
}

@test "of one that is verified and limited, too" {
    random_file src 12M
    each_kind --verify --bwlimit=100M --reflink=never src dst
}

@test "of the whole file, what an earlier run has copied included" {
    needs_strace
    needs_kind xxh128
    random_file src 12M
    run mpcp --resume --chunk=1M --reflink=never src dst
    rm dst
    slowly --resume --reflink=never --digest=xxh128:sums src dst &
    JOB=$!
    half() { [ "$(stat -c %s .dst.mpcp-journal 2>/dev/null || echo 0)" -gt 600 ]; }
    wait_until half
    kill -TERM "$(pgrep -o -x "$PROCESS")"
    wait $JOB || true
    [ ! -s sums ]
    mpcp --resume --chunk=256K --reflink=never --json --digest=xxh128:sums src dst >json
    cat json
    [ "$(json 'o["kept"] > 0' <json)" = True ]
    passes xxh128 sums
}

@test "of what comes through a pipe, and goes into one" {
    needs_kind sha256
    random_file src 5M
    cat src | mpcp --digest=sha256:sums - dst
    passes sha256 sums
    mpcp --digest=sha256:sums src - | cmp - src
    [ "$(cat sums)" = "$(sha256sum <src)" ]
    cat src | mpcp --digest=sha256:sums - - | cmp - src
    [ "$(cat sums)" = "$(sha256sum <src)" ]
}

@test "of a source that can't be known beforehand" {
    needs_kind sha256
    mpcp --digest=sha256:sums /proc/version dst
    passes sha256 sums
}

@test "of many files that are copied side by side, a line for each" {
    needs_kind sha256
    mkdir src dst
    for i in $(seq 200); do echo "$i" >"src/$i"; done
    mpcp --digest=sha256:sums src/* dst
    [ "$(wc -l <sums)" = 200 ]
    passes sha256 sums
}

@test "of none that isn't copied" {
    needs_kind sha256
    echo new >src
    echo old >dst
    mkdir there
    mpcp -n --digest=sha256:sums src dst
    [ ! -s sums ]
    run mpcp --digest=sha256:sums missing src there
    [ "$status" = 1 ]
    [ "$(names_in sums)" = there/src ]
}

@test "also as JSON" {
    needs_kind sha256
    random_file src 10M
    mpcp --json --digest=sha256:sums src dst >json
    [ "$(json 'o["digest"]["algorithm"] + " " + o["digest"]["hex"]' <json)" = "sha256 $(sha256sum <src | cut -d' ' -f1)" ]
    mpcp --json src dst >json
    [ "$(json '"digest" in o' <json)" = False ]
}
