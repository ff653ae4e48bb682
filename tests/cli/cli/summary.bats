#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The last line of -v, on standard error: how much was copied, in what time.
load ../support

@test "for several files" {
    random_file a 1M
    random_file b 3M
    mkdir d
    run --separate-stderr mpcp -v a b d
    [ "$status" = 0 ]
    echo "$stderr"
    [ "$(wc -l <<<"$output")" = 2 ]
    [[ "$stderr" =~ ^mpcp:\ 2\ files,\ 4\.0\ MiB\ in\ [0-9]+\.[0-9]{3}\ s,\ [0-9.]+\ [KMG]iB/s$ ]]
}

@test "for a tree, with what wasn't copied" {
    mkdir -p in/sub out/in
    echo text >in/a
    echo text >in/b
    ln -s a in/link
    mkdir out/in/b
    run --separate-stderr mpcp -rv in out
    [ "$status" = 1 ]
    echo "$stderr"
    [[ "$stderr" =~ mpcp:\ 2\ files,\ 2\ directories,\ 1\ other\ entry,\ 5\ B\ in\ .*\ s,\ .*/s\;\ of\ these\ 1\ failed$ ]]
}

@test "for what would be copied" {
    mkdir in
    echo text >in/a
    run --separate-stderr mpcp -rv --dry-run in out
    [ "$status" = 0 ]
    [ "$stderr" = "mpcp: 1 file, 1 directory; of these 2 planned" ]
    echo more >b
    mkdir d
    run --separate-stderr mpcp -v --dry-run in/a b d
    [ "$stderr" = "mpcp: 2 files; of these 2 planned" ]
}

@test "not for a single file, whose line has said everything" {
    echo text >a
    run --separate-stderr mpcp -v a b
    [ "$(wc -l <<<"$output")" = 1 ]
    [ -z "$stderr" ]
}

@test "not without -v, nor as cp" {
    echo text >a
    echo text >b
    mkdir d
    run --separate-stderr mpcp a b d
    [ -z "$stderr$output" ]
    ln -s "$MPCP" cp
    run --separate-stderr ./cp -v a b d
    [ -z "$stderr" ]
    [ "$(wc -l <<<"$output")" = 2 ]
}
