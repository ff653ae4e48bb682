#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Offsets beyond 2 and 4 GiB are right.
load ../support

# Like cmp, but only where the first file has data, not holes: 5 GiB would take long, and much of the page cache.
same_data() {
    python3 -c 'import errno, os, sys
files = [os.open(name, os.O_RDONLY) for name in sys.argv[1:]]
end = 0
while True:
    try:
        at = os.lseek(files[0], end, os.SEEK_DATA)
    except OSError as error:
        sys.exit(error.errno != errno.ENXIO)
    end = os.lseek(files[0], at, os.SEEK_HOLE)
    while at < end:
        pieces = [os.pread(file, min(1 << 20, end - at), at) for file in files]
        if pieces[0] != pieces[1]:
            sys.exit("%s and %s differ between %d and %d" % (*sys.argv[1:], at, end))
        at += len(pieces[0])' "$@"
}

@test "5 GiB with data at the borders of 2 and 4 GiB and at the end" {
    needs_room 5G
    truncate -s 5G src
    for at in 0 2147483640 4294967290 5368709100; do
        printf 'data at %d' $at | dd of=src bs=1 seek=$at conv=notrunc status=none
    done
    truncate -s 5G src
    mpcp src dst
    [ "$(stat -c %s dst)" = 5368709120 ]
    same_data src dst
    same_data dst src
}
