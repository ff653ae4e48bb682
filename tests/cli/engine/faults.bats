#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every system call that fails gives an exact copy or one sentence, the destination as it was, and nothing
# left behind.
load ../support

# Runs with a fault twice, without and with an old destination, and expects the failure.
fails_on() { # inject expression, sentence as an expression, option...
    local inject=$1 sentence=$2
    shift 2
    needs_strace
    random_file src 16M
    rm -f dst
    run --separate-stderr traced "$inject" -j3 "$@" src dst
    assert_failed_like 1 "$sentence"
    [ ! -e dst ]
    assert_clean
    echo old >dst
    run --separate-stderr traced "$inject" -j3 "$@" src dst
    assert_failed_like 1 "$sentence"
    [ "$(cat dst)" = old ]
    assert_clean
}

copies_in_spite_of() { # inject expression, option...
    local inject=$1
    shift
    needs_strace
    random_file src 16M
    echo old >dst
    run --separate-stderr traced "$inject" -j3 "$@" src dst
    echo "$stderr"
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    cmp src dst
    assert_clean
}

only_read_write() {
    [ "$ENGINE" = read-write ] || skip "the $ENGINE engine makes no such call"
}

@test "no space to reserve" { fails_on fallocate:error=ENOSPC "error writing 'dst': No space left on device \(reserving 16\.0 MiB\)"; }
@test "no quota to reserve" { fails_on fallocate:error=EDQUOT "error writing 'dst': Disk quota exceeded \(reserving 16\.0 MiB\)"; }
@test "a file system that can't reserve" { copies_in_spite_of fallocate:error=EOPNOTSUPP; }
@test "reserving is interrupted" { copies_in_spite_of fallocate:error=EINTR:when=1; }
@test "the size can't be set" { fails_on ftruncate:error=EFBIG "error writing 'dst': File too large \(reserving 16\.0 MiB\)"; }
@test "publishing fails" { fails_on linkat,renameat,renameat2:error=EIO "cannot create regular file 'dst': Input/output error"; }
@test "fsync fails" { fails_on fsync:error=EIO "error writing 'dst': Input/output error \(on its way to the disk\)" --fsync; }
# The file's own fsync is the first, its directory's the second.
@test "fsync of the directory fails: the copy is there" {
    needs_strace
    random_file src 16M
    echo old >dst
    run --separate-stderr traced fsync:error=EIO:when=2 --fsync -j3 src dst
    echo "$stderr"
    [ "$status" = 1 ]
    [ "$stderr" = 'mpcp: dst: cannot write its name to the disk: Input/output error (the copy is complete, but may be gone after a crash)' ]
    cmp src dst
    assert_clean
}
@test "waiting is interrupted" { copies_in_spite_of wait4:error=EINTR:when=1; }
@test "reading fails in a worker" {
    only_read_write
    fails_on pread64:error=EIO:when=4 "error reading 'src': Input/output error \([0-9]+ bytes at offset [0-9]+\)"
}

@test "writing fails in a worker" {
    only_read_write
    fails_on pwrite64:error=EIO:when=2 "error writing 'dst': Input/output error \([0-9]+ bytes at offset [0-9]+\)"
}

@test "reads are interrupted" {
    only_read_write
    copies_in_spite_of pread64:error=EINTR:when=4
}

@test "writes are interrupted" {
    only_read_write
    copies_in_spite_of pwrite64:error=EINTR:when=2
}

@test "a failed fsync is not tried again" {
    needs_strace
    random_file src 1M
    run env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=fsync -e inject=fsync:error=EIO "$MPCP" --fsync src dst
    [ "$status" = 1 ]
    [ "$(grep -c fsync trace)" = 1 ]
}

# What an engine's own call can't do, plain calls do. Some file systems return 0 for what can be read.
@test "an engine's own call fails in the middle" {
    local call
    case $ENGINE in
    copy-range) call=copy_file_range ;;
    sendfile | splice) call=$ENGINE ;;
    *) skip "the $ENGINE engine has no call of its own" ;;
    esac
    copies_in_spite_of $call:error=EIO:when=2
    copies_in_spite_of $call:error=EINVAL:when=3
    copies_in_spite_of $call:error=EINTR:when=2
    copies_in_spite_of $call:retval=0:when=2
}

@test "direct I/O is refused in the middle" {
    [[ $ENGINE == direct* ]] || skip "the $ENGINE engine does no direct I/O"
    # The program's loader calls pread as well, three times.
    copies_in_spite_of pread64:error=EINVAL:when=5 --chunk=256K
    copies_in_spite_of pwrite64:error=EINVAL:when=5 --chunk=256K
}

@test "direct I/O fails in the middle" {
    [ "$ENGINE" = direct ] || skip "the $ENGINE engine doesn't read and write directly"
    fails_on pread64:error=EIO:when=5 "error reading 'src': Input/output error \([0-9]+ bytes at offset [0-9]+\)" --chunk=256K
    fails_on pwrite64:error=EIO:when=5 "error writing 'dst': Input/output error \([0-9]+ bytes at offset [0-9]+\)" --chunk=256K
}
