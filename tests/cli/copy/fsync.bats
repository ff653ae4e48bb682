#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --fsync returns when file and name have reached the disk. (For what a power failure leaves, see power-loss.)
load ../support

@test "in a directory that may be written to and searched, but not read" {
    needs_root
    needs_strace
    mkdir dir
    chown 65534 dir
    chmod 300 dir
    chmod 777 .
    random_file src 9M
    chmod 644 src
    for dst in dir/dst dir/dst; do # new, then replaced
        ASAN_OPTIONS=detect_leaks=0 setpriv --reuid=65534 --regid=65534 --clear-groups \
            strace -f -qq -o log -e trace=fsync,syncfs,linkat,renameat "$DIR/$PROCESS" --fsync src $dst
        cmp src dir/dst
        # Its name is written with everything else that the file system has to write.
        [[ "$(tail -1 log)" == *syncfs* ]]
    done
}

@test "a name that can't be written to the disk is reported" {
    needs_root
    needs_strace
    mkdir dir
    chmod 300 dir
    chown 65534 dir
    chmod 777 .
    random_file src 9M
    chmod 644 src
    ASAN_OPTIONS=detect_leaks=0 run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
        strace -qq -o log -e inject=syncfs:error=EIO "$DIR/$PROCESS" --fsync src dir/dst
    assert_failed_like 1 'dir/dst: cannot write its name to the disk: Input/output error \(the copy is complete, but may be gone after a crash\)'
    cmp src dir/dst
}
