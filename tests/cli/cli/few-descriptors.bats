#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# With as few descriptors as possible, a copy is right, or fails with a sentence that is true.
load ../support

# Runs the program with that many descriptors, of which three are taken.
mpcp_with() { # count, argument...
    (
        exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
        ulimit -n "$1" && exec "$DIR/$PROCESS" "${@:2}"
    )
}

# Runs a copy with 4 to 16 descriptors, and with 30: sweep SOURCE ARGUMENT... Its destination is dst.
sweep() {
    local source=$1 count status
    shift
    for count in $(seq 4 16) 30; do
        rm -rf dst .dst.mpcp-*
        status=0
        mpcp_with "$count" "$@" <small 2>err || status=$?
        echo "$count descriptors: status $status: $(cat err)"
        if [ "$status" = 0 ]; then
            [ ! -s err ]
            cmp "$source" dst
        else
            [ "$status" = 1 ]
            [ "$(wc -l <err)" = 1 ]
            grep -qE '^mpcp: .*: Too many open files( \(--resume goes on from what is copied\))?$' err
            [ -z "$(grep -E 'error (writing|reading)' err)" ]
            [ ! -e dst ]
            [[ " $* " == *" --resume "* ]] || assert_clean
        fi
    done
    [ "$status" = 0 ]
}

setup_files() {
    random_file small 1000
    random_file large 9M
}

@test "a small file" {
    setup_files
    for options in "" -p --fsync --verify --resume --inplace; do
        sweep small $options small dst
    done
}

@test "standard input" {
    setup_files
    sweep small - dst
}

sweep_large() { # options...
    setup_files
    for options; do sweep large -j2 $options large dst; done
}

@test "a large file" { sweep_large "" --fsync "--resume --verify" --inplace; }
# bats test_tags=slow
@test "a large file, with more options" { sweep_large -p --verify --resume --cache=drop; }

@test "no engine was asked for" {
    setup_files
    sweep large large dst
    mpcp_with 13 large dst
}

# bats test_tags=slow
@test "each engine" {
    setup_files
    for engine in $ENGINES; do
        sweep large -j2 --engine="$engine" large dst
    done
}

@test "many files" {
    local i count status
    mkdir in
    for i in $(seq 80); do echo "$i" >"in/$i"; done
    for count in $(seq 4 16) 30; do
        rm -rf out
        mkdir out
        status=0
        mpcp_with "$count" in/* out 2>err || status=$?
        if [ "$status" = 0 ]; then
            [ ! -s err ]
            diff -r in out
        else
            [ "$(sort err | uniq -c | wc -l)" = 80 ]
            [ "$(grep -cE '^mpcp: .*: Too many open files$' err)" = 80 ]
            [ -z "$(grep -E 'error (writing|reading)' err)" ]
            [ -z "$(ls -A out)" ]
        fi
    done
    [ "$status" = 0 ]
}
