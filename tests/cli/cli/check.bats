#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --check verifies files against a list of checksums.
load ../checksums

some_files() {
    mkdir src
    for i in $(seq 20); do echo "file $i" >"src/$i"; done
    random_file src/large 9M
    mpcp -r --digest=xxh128:sums src dst
}

@test "what is right" {
    some_files
    run --separate-stderr mpcp --check sums
    [ "$status" = 0 ]
    [ "$output" = "21 files checked, with no difference" ]
    [ -z "$stderr" ]
    [ -z "$(mpcp -q --check sums)" ]
}

@test "what is different, missing, or no file, each in the order of the list" {
    some_files
    echo other >dst/7
    rm dst/3
    rm dst/9
    mkdir dst/9
    rm dst/11
    mkfifo dst/11
    sort -k2 -t/ -n -o sums sums
    run --separate-stderr mpcp --check sums
    echo "$output"
    echo "$stderr"
    [ "$status" = 1 ]
    [ "$output" = "dst/3: FAILED open or read
dst/7: FAILED
dst/9: FAILED open or read
dst/11: FAILED open or read" ]
    [ "$stderr" = "mpcp: dst/3: cannot read: No such file or directory
mpcp: dst/9: cannot read: Is a directory
mpcp: dst/11: cannot read: it is no regular file
mpcp: 1 of 21 files differs
mpcp: 3 of 21 files could not be read" ]
}

@test "how many there are, of one file and of several" {
    needs_kind xxh128
    touch a b c
    said() { mpcp --check "$1" 2>&1 >/dev/null | grep '^mpcp: [0-9]'; }
    printf '%032d  a\n' 0 >one
    [ "$(said one)" = "mpcp: 1 of 1 file differs" ]
    xxh128sum b c >>one
    [ "$(said one)" = "mpcp: 1 of 3 files differs" ]
    printf '%032d  b\n' 0 >>one
    [ "$(said one)" = "mpcp: 2 of 4 files differ" ]
    printf '%032d  missing\n' 0 >none
    [ "$(said none)" = "mpcp: 1 of 1 file could not be read" ]
}

hint_about_md5() { # list
    run --separate-stderr mpcp --check "$1"
    [ "$status" = 1 ]
    grep -Fx "mpcp: $1: the checksums of 32 digits may be MD5, which mpcp doesn't check" <<<"$stderr"
}

@test "if none of 32 digits is right, these may be MD5" {
    needs_kind sha256
    echo x >x
    echo y >y
    md5sum x y >sums
    md5sum x | sed 's/x$/missing/' >>sums
    hint_about_md5 sums
    sha256sum x | sed 's/  / */' >>sums
    hint_about_md5 sums
}

@test "but not if one is right, the kind is named, or none could be read" {
    needs_kind xxh128
    echo x >x
    echo y >y
    {
        md5sum x
        xxh128sum y
    } >right
    ! hint_about_md5 right || false
    xxh128sum --tag x >named
    echo z >x
    ! hint_about_md5 named || false
    md5sum x | sed 's/x$/missing/' >lost
    ! hint_about_md5 lost || false
}

@test "each file is told with -v, in the order of the list, by however many processes" {
    some_files
    local jobs
    for jobs in 1 2 40; do
        run mpcp -v -j$jobs --check sums
        [ "$status" = 0 ]
        [ "$(head -n -1 <<<"$output")" = "$(sed 's/^[0-9a-f]*  \(.*\)/\1: OK/' sums)" ]
    done
}

@test "all that the tools write" {
    needs_kind sha256
    needs_kind xxh128
    echo x >one
    echo y >'sl\ash'
    {
        sha256sum one 'sl\ash'
        sha256sum -b one
        sha256sum --tag one 'sl\ash'
        xxh128sum one 'sl\ash'
        xxh128sum --tag one
        echo '# a remark'
        echo
    } >sums
    run mpcp --check sums
    [ "$output" = "8 files checked, with no difference" ]
    [ "$(mpcp --check - <sums)" = "$output" ]
}

@test "lines as other systems end them, or that are indented" {
    needs_kind sha256
    echo x >src
    sha256sum src | sed 's/$/\r/; s/^/ /' >theirs
    mpcp --check theirs
    name=$'odd\r'
    echo x >"$name"
    xxh128sum "$name" >sums
    mpcp --check sums
}

@test "a list without end and lines is refused" {
    skip_sanitized "it takes all addresses"
    ulimit -v 1000000
    run --separate-stderr mpcp --check /dev/zero
    assert_refused 1 "/dev/zero: cannot read: File too large"
}

@test "lines without a checksum are told, by number" {
    some_files
    sed -i '2i rubbish' sums
    run --separate-stderr mpcp --check sums
    [ "$status" = 1 ]
    [ "$stderr" = "mpcp: sums: line 2 has no checksum" ]
    printf 'a\0b\nmore\n' >>sums
    run --separate-stderr mpcp --check sums
    [ "$stderr" = "mpcp: sums: 3 lines have no checksum, the first of them line 2" ]
}

@test "a list without any line is an error" {
    echo nothing >sums
    run --separate-stderr mpcp --check sums
    assert_refused 1 "sums: cannot check it: it has no line with a checksum"
    : >sums
    run --separate-stderr mpcp --check sums
    assert_refused 1 "sums: cannot check it: it has no line with a checksum"
    run --separate-stderr mpcp --check missing
    assert_refused 1 "missing: cannot read: No such file or directory"
}

@test "as JSON" {
    echo x >right
    echo y >wrong
    xxh128sum right wrong >sums
    xxh128sum right | sed 's/right/missing/' >>sums
    echo z >wrong
    run --separate-stderr mpcp --json --check sums
    [ "$status" = 1 ]
    [ "$(jq -r '[.kind, .name, .outcome, .error] | map(. // "-") | join(" ")' <<<"$output")" = "file right right -
file wrong differs -
file missing unreadable No such file or directory
total - - -" ]
    [ "$(tail -1 <<<"$output" | jq -c '[.files, .right, .differ, .unreadable, .bad_lines]')" = '[3,1,1,1,0]' ]
}

@test "names are safe to print" {
    echo x >$'esc\e[31m\nnew'
    sha256sum -- * >../sums-of-odd
    mv ../sums-of-odd sums
    echo y >$'esc\e[31m\nnew'
    run --separate-stderr mpcp --check sums
    echo "$output"
    [ "$status" = 1 ]
    [ "$output" = "'esc'\$'\\033''[31m'\$'\\n''new': FAILED" ]
}

@test "a process that is killed is told, and its file; the rest is checked" {
    needs_strace
    mkdir src
    for i in $(seq 30); do random_file "src/$i" 1M; done
    xxh128sum src/* >sums
    traced read:delay_exit=20000 -j2 --check sums >out 2>err &
    JOB=$!
    wait_for_processes 3
    set -- $WORKERS
    kill -KILL "$1"
    local status=0
    wait $JOB || status=$?
    cat out err
    [ "$status" = 1 ]
    [ "$(grep -c 'FAILED open or read' out)" -le 1 ]
    ! grep -q 'differ' err || false
}

@test "nothing about copies goes with it" {
    local arguments
    for arguments in "src dst" "-r" "--digest=xxh128:x" "--verify" "-f" "--status"; do
        run --separate-stderr mpcp --check sums $arguments
        assert_refused 2 "--check: copies nothing, so use no SOURCE, no DEST, and no option about copies"
    done
}
