#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --resume: what is copied by several runs has the attributes that one run would have given it.
load ../support
load ../resume

@test "over a file of another owner" {
    needs_root
    echo old >dst
    chown 1234:4321 dst
    chmod 646 dst
    killed_after 16
    [ "$(stat -c '%u:%g %a' dst)" = "1234:4321 646" ]
    [ "$(stat -c '%u %a' $PARTIAL)" = "0 600" ]
    resume
    assert_resumed
    [ "$(stat -c '%u:%g %a' dst)" = "1234:4321 646" ]
}

@test "over a file with an ACL and extended attributes" {
    echo old >dst
    setfacl -m u:1234:rw,g::-,m::rw dst 2>/dev/null || skip "no ACLs here"
    setfattr -n user.colour -v blue dst || skip "no extended attributes here"
    before=$(getfacl -n dst)
    killed_after 16
    [ -z "$(getfacl -csn $PARTIAL)" ]
    resume
    assert_resumed
    [ "$(getfacl -n dst)" = "$before" ]
    [ "$(getfattr --only-values -n user.colour dst)" = blue ]
}

@test "where the directory has a default ACL, as it is when the copy is complete" {
    random_file src 20M
    chmod 664 src
    umask 022
    setfacl -d -m u:1234:rwx,o::- . 2>/dev/null || skip "no ACLs here"
    killed_after 16
    ! getfacl -cn $PARTIAL | grep '^mask::r' || false
    cp src cp
    resume
    assert_resumed
    [ "$(getfacl -cn dst)" = "$(getfacl -cn cp)" ]

    rm dst cp
    killed_after 16
    setfacl -k .
    setfacl -d -m u:4321:r,g::- .
    cp src cp
    resume
    assert_resumed
    [ "$(getfacl -cn dst)" = "$(getfacl -cn cp)" ]
}

@test "a copy that others were given rights to isn't built upon" {
    needs_root
    needs_strace
    random_file src 300K
    echo old >dst
    chown 1234 dst
    run --separate-stderr traced renameat:error=EIO --resume src dst
    assert_refused 1 "cannot create regular file 'dst': Input/output error"
    [ "$(cat dst)" = old ]
    assert_clean

    traced renameat:signal=KILL --resume src dst || true
    wait_until no_process_left
    [ ! -e $PARTIAL ]
    mpcp --resume src dst
    cmp src dst
    [ "$(stat -c %u dst)" = 1234 ]
    [ ! -e $JOURNAL ]
}
