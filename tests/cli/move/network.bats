#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# On a network file system, the number of CPUs doesn't say how many workers are worthwhile.
load ../support

# Mounts the directory `behind` as the directory `seen`.
with_sshfs() {
    needs_root
    mkdir behind seen
    [ -x /usr/lib/openssh/sftp-server ] || skip "there is no sftp-server"
    printf '#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n' >server && chmod +x server
    sshfs "server:$DIR/behind" seen -o ssh_command="$DIR/server" 3>&- || skip "no sshfs can be mounted"
    mountpoint -q seen || skip "no sshfs gets mounted here"
}

@test "--explain says that it is one, and that the number of workers is found out" {
    with_sshfs
    random_file behind/src 40M
    random_file here 40M
    local found="jobs         4: whether a network file system can use more is found out while copying"
    run mpcp --dry-run --explain here seen/dst
    [[ "$output" == *"destination  on fuse, a network file system"* ]]
    [[ "$output" == *"$found"* ]]
    run mpcp --dry-run --explain seen/src there
    [[ "$output" == *"source       on fuse, a network file system"* ]]
    [[ "$output" == *"$found"* ]]
    run mpcp --dry-run --explain here there
    [[ "$output" != *"network"* ]]
    mpcp seen/src seen/dst
    cmp behind/src behind/dst
}
