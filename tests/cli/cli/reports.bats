#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is printed besides errors: -v, --explain, --dry-run, --json, -q.
load ../support

@test "nothing, if nothing was asked for" {
    random_file src 9M
    run mpcp src dst
    [ "$status" = 0 ]
    [ -z "$output" ]
    run mpcp -q src dst
    [ "$status" = 0 ]
    [ -z "$output" ]
}

@test "-v prints names, size, time, throughput, engine and jobs" {
    random_file src 9M
    run mpcp -v -j2 --engine=mmap src dst
    [[ "$output" =~ ^\'src\'\ -\>\ \'dst\'\ \(9\.0\ MiB\ in\ [0-9.]+\ s,\ [0-9.]+\ [KMG]?i?B/s\;\ mmap,\ 2\ jobs\)$ ]]
    run mpcp -vn src dst
    [ "$output" = "'src' -> 'dst' (skipped)" ]
}

@test "-v to standard error, when the copy goes to standard output" {
    echo a >src
    run --separate-stderr mpcp -v src -
    [ "$output" = a ]
    [[ "$stderr" == "'src' -> '-' "* ]]
}

@test "--explain prints the plan with reasons, then copies" {
    random_file src 9M
    run mpcp --explain -j3 --engine=read-write src dst
    [ "${lines[0]}" = "'src' -> 'dst'" ]
    [[ "$output" == *"size         9.0 MiB (9437184 bytes)"* ]]
    [[ "$output" == *"engine       read-write: --engine was given"* ]]
    [[ "$output" == *"jobs         3: --jobs was given"* ]]
    [[ "$output" == *"blocks       3, of about 3.0 MiB"* ]]
    [[ "$output" == *"placement    staged: it appears only when it is complete"* ]]
    cmp src dst
}

@test "--explain prints the facts that the plan rests on" {
    random_file src 9M
    run mpcp --explain src dst
    [[ "$output" =~ "source       on "[a-z0-9]+", "[0-9]+"% cached" ]]
    [[ "$output" =~ "destination  on "[a-z0-9]+", the source's" ]]
    [[ "$output" =~ "machine      "[0-9]+" CPU"s?" usable, "[0-9.]+" "[KMGT]iB" of memory available" ]]
    [[ "$output" =~ "engine       "[a-z-]+": the best by forecast ("[0-9]+" ms per GiB by "[0-9]+")" ]]
    [[ "$output" == *"or else "* ]]
    [[ "$output" == *"holes        kept: the source has none"* ]]
    [[ "$output" == *"page cache   used: there is enough memory"* ]]
}

@test "--explain says how much of a sparse file is data" {
    truncate -s 64M src
    head -c 100000 /dev/urandom | dd of=src bs=4096 seek=1000 conv=notrunc status=none
    run mpcp --explain src dst
    [[ "$output" == *"size         64.0 MiB (67108864 bytes), of which 100.0 KiB are data"* ]]
    [[ "$output" == *"holes        kept: the source has some"* ]]
}

@test "--explain counts what is cached of the data, not of holes" {
    truncate -s 512M src
    random_file data 16M
    dd if=data of=src bs=1M conv=notrunc status=none
    sync src
    head -c 16M src >data
    run mpcp --explain --dry-run src dst
    [[ "$output" =~ "source       on "[a-z0-9]+", "(9[0-9]|100)"% cached" ]]
}

@test "--dry-run copies nothing, and leaves what is there" {
    echo new >src
    mpcp --dry-run src dst
    [ ! -e dst ]
    echo old >dst
    run mpcp --dry-run --explain src dst
    [[ "$output" == *"placement"* ]]
    [ "$(cat dst)" = old ]
    run --separate-stderr mpcp --dry-run nope dst
    assert_refused 1 "cannot stat 'nope': No such file or directory"
}

@test "--json is one object per copy" {
    random_file src 9M
    mpcp --json -j2 --engine=mmap src dst >out
    [ "$(wc -l <out)" = 1 ]
    [ "$(json 'sorted(o)' <out)" = "['blocks', 'bytes', 'destination', 'engine', 'error', 'forecast', 'jobs', 'kept', 'last_engine', 'last_jobs', 'outcome', 'seconds', 'source', 'throughput', 'verified']" ]
    [ "$(json '[o[k] for k in ("source", "destination", "outcome", "error", "engine", "jobs", "blocks", "bytes")]' <out)" = "['src', 'dst', 'copied', None, 'mmap', 2, 2, 9437184]" ]
    [ "$(json 'o["seconds"] > 0 and abs(o["throughput"] * o["seconds"] / o["bytes"] - 1) < 0.1' <out)" = True ]
}

@test "--json reports failed and skipped copies, too" {
    echo a >src
    run --separate-stderr mpcp --json nope dst
    [ "$status" = 1 ]
    [ "$(json '[o["outcome"], o["engine"], o["error"]]' <<<"$output")" = "['failed', None, \"cannot stat 'nope': No such file or directory\"]" ]
    touch dst
    run mpcp --json -n src dst
    [ "$(json 'o["outcome"]' <<<"$output")" = skipped ]
    run mpcp --json --dry-run src dst
    [ "$(json 'o["outcome"]' <<<"$output")" = planned ]
}

@test "--json keeps any name" {
    name=$'\303\244\377"\\\n\t'
    echo a >"$name"
    mpcp --json "$name" dst >out
    [ "$(json 'os.fsencode(o["source"])' <out)" = "$(python3 -c 'import os, sys; print(os.fsencode(sys.argv[1]))' "$name")" ]
}

@test "--json is UTF-8, whatever the name" {
    # Beyond U+10FFFF, surrogates, forms that are too long: by RFC 3629, none of them is a character.
    for name in $'\364\220\200\200' $'\367\277\277\277' $'\370\210\200\200\200' $'\375\277\277\277\277\277' \
        $'\355\240\200' $'\300\257' $'\360\202\202\254'; do
        echo a >"$name"
        mpcp --json "$name" dst >out
        python3 -c 'import sys; sys.stdin.buffer.read().decode()' <out
        [ "$(json 'os.fsencode(o["source"])' <out)" = "$(python3 -c 'import os, sys; print(os.fsencode(sys.argv[1]))' "$name")" ]
    done
}

@test "several copies are several lines" {
    mkdir d
    touch a b
    [ "$(mpcp --json a b d | wc -l)" = 2 ]
    [ "$(mpcp -v a b d | wc -l)" = 2 ]
}

# Makes `many` small files, so many that what is printed of them fills a pipe, and copies them with the options given
# into one that nobody reads for a while; sends the signal when it is full. The output is then in `lines`, complaints
# in `err`, and the status in `rc`.
copies_into_slow_pipe() { # signal, how many, option...
    local signal=$1 count=$2
    shift 2
    mkdir many out
    (cd many && seq "$count" | xargs touch)
    {
        { "$DIR/$PROCESS" "$@" -t out many/* || echo $? >rc; } 2>err | { wait_until test -e read && cat >lines; }
    } &
    wait_until pgrep -x "$PROCESS" >pid
    PARENT=$(head -1 pid)
    wait_until grep -q pipe "/proc/$PARENT/wchan"
    kill -"$signal" "$PARENT"
    sleep 0.3
    touch read
    wait
    cat err
}

loses_no_output() { # option, how many
    copies_into_slow_pipe USR1 "$2" "$1"
    [ ! -e rc ]
    [ "$(grep -c -e '^{.*}$' -e "^'.* -> " lines)" = "$2" ]
    run ! grep 'standard output' err
}

@test "a status that is asked for loses no output" { loses_no_output --json 600; }
# bats test_tags=slow
@test "a status that is asked for loses no output, with -v" { loses_no_output -v 1500; }
# bats test_tags=slow
@test "a status that is asked for loses no output, with --explain" { loses_no_output --explain 1500; }

ends_unread() { # option, how many
    copies_into_slow_pipe TERM "$2" "$1"
    [ "$(cat rc)" = 143 ]
    [ "$(ls out | wc -l)" -lt "$2" ]
    run ! grep 'standard output' err
}

@test "a signal ends it even while nobody reads its output" { ends_unread --json 600; }
# bats test_tags=slow
@test "a signal ends it even while nobody reads its output, with -v" { ends_unread -v 1500; }
# bats test_tags=slow
@test "a signal ends it even while nobody reads its output, with --explain" { ends_unread --explain 1500; }
