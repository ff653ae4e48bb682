#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Streams are copied in order until end of file.
load ../support

@test "a FIFO as destination and, elsewhere, as source" {
    random_file song.mp3 3M
    mkfifo fifo
    mpcp song.mp3 fifo &
    mpcp fifo copy.mp3
    wait $!
    cmp song.mp3 copy.mp3
    [ -p fifo ]
}

@test "a pipe as source" {
    random_file src 5M
    cat src | mpcp - dst
    cmp src dst
}

@test "a pipe as destination" {
    random_file src 5M
    mpcp src - | cat >dst
    cmp src dst
    mpcp src /dev/stdout | cat >dst
    cmp src dst
}

@test "from pipe to pipe" {
    random_file src 5M
    cat src | mpcp - - | cat >dst
    cmp src dst
}

@test "a file as standard input is read from where it stands" {
    echo 123456 >src
    { read -r -n 2 _; mpcp - dst; } <src
    [ "$(cat dst)" = 3456 ] || [ "$(cat dst)" = "" ] # a shell may have read ahead
    mpcp - dst <src
    cmp src dst
}

@test "a reader that goes away is an error, not a silent death" {
    random_file src 5M
    status=0
    { mpcp src - || echo $? >status; } 2>err | head -c 10 >/dev/null
    [ "$(cat status)" = 1 ]
    [[ "$(cat err)" =~ ^'mpcp: error writing standard output: Broken pipe ('([0-9]+\ bytes\ )?'at offset '[0-9]+')'$ ]]
}

@test "a writer that is slow is waited for" {
    { printf a; sleep 0.3; printf b; } | mpcp - dst
    [ "$(cat dst)" = ab ]
}

@test "files whose size lies: /proc and /sys" {
    mpcp /proc/self/mountinfo dst
    [ -s dst ]
    mpcp /proc/version dst2
    cmp /proc/version dst2
    [ -r /sys/kernel/mm/transparent_hugepage/enabled ] || skip "no /sys"
    mpcp /sys/kernel/mm/transparent_hugepage/enabled dst3
    cmp /sys/kernel/mm/transparent_hugepage/enabled dst3
}

@test "character devices" {
    with_device null
    with_device full
    mpcp null dst
    [ -f dst ]
    [ ! -s dst ]
    random_file src 3M
    mpcp src null
    [ -c null ]
    run --separate-stderr mpcp src full
    assert_refused 1 "error writing 'full': No space left on device (at offset 0)"
    [ -c full ]
}

@test "a file isn't appended to itself without end" {
    echo a >a
    run --separate-stderr bash -c '"$0" a - >>a' "$MPCP"
    assert_refused 1 "'a' and standard output are the same file"
    [ "$(cat a)" = a ]
}

@test "a stream replaces a longer file" {
    random_file dst 5M
    echo short | mpcp - dst
    [ "$(cat dst)" = short ]
    random_file dst 5M
    echo short | mpcp --inplace - dst
    [ "$(cat dst)" = short ]
}

@test "a source that fails midway leaves what was there" {
    needs_strace
    echo old >dst
    mkfifo fifo
    (echo one && sleep 0.2 && echo two) >fifo &
    run --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -P "$DIR/fifo" -e trace=read,splice \
        -e inject=splice:error=EIO:when=2+ -e inject=read:error=EIO "$MPCP" "$DIR/fifo" dst
    assert_failed_like 1 "error reading '$DIR/fifo': Input/output error \(at offset 4\)"
    [ "$(cat dst)" = old ]
    assert_clean
}

@test "the chunks that a stream may have take no memory before it has them" {
    skip_sanitized "the sanitizer needs memory of its own"
    random_file src 300K
    python3 -c 'import resource, subprocess, sys
with open("src") as src:
    subprocess.run(["sh", "-c", "cat | \"$0\" --verify - dst", sys.argv[1]], stdin=src, check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak, "KiB")
sys.exit(peak >= 32 * 1024)' "$MPCP"
    cmp src dst
}
