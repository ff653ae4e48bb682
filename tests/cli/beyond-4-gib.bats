#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Offsets beyond 2 and 4 GiB are right.
load support

@test "5 GiB with data at the borders of 2 and 4 GiB and at the end" {
    [ "$(df --output=avail -B1 "$DIR" | tail -1)" -gt 6000000000 ] || skip "needs 6 GB of disk space"
    truncate -s 5G src
    for at in 0 2147483640 4294967290 5368709100; do
        printf 'data at %d' $at | dd of=src bs=1 seek=$at conv=notrunc status=none
    done
    truncate -s 5G src
    mpcp src dst
    [ "$(stat -c %s dst)" = 5368709120 ]
    cmp src dst
}
