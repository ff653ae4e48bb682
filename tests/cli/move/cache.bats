#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What --cache=drop copies doesn't stay in the page cache, nor does it push out other files.
load ../support

# Percent of a file that is cached.
cached() {
    python3 -c 'import ctypes, mmap, os, sys
size = os.path.getsize(sys.argv[1])
with open(sys.argv[1], "r+b") as file:
    map = mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ | mmap.PROT_WRITE)
pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
resident = (ctypes.c_ubyte * pages)()
address = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(map)))
ctypes.CDLL(None, use_errno=True).mincore(address, ctypes.c_size_t(size), resident)
print(100 * sum(byte & 1 for byte in resident) // pages)' "$1"
}

eval "enter_$(declare -f setup)"

setup() {
    enter_setup
    [ "$(stat -f -c %T .)" != tmpfs ] || skip "the test's directory is in memory"
    random_file src 128M
    random_file other 16M
    sync src other
    cat src other >/dev/null
}

# The kernel may have other reasons to drop something just then.
in_three_tries() {
    "$@" || "$@" || "$@"
}

others_stay_cached() {
    cat other >/dev/null
    local before=$(cached other)
    mpcp --cache=drop src dst
    local after=$(cached other)
    echo "cached: another $before%, then $after%"
    [ "$after" -ge $((before - 5)) ]
}

@test "what is dropped isn't cached, and what others have cached is" {
    in_three_tries others_stay_cached
    cmp <(dd if=src iflag=direct bs=1M status=none) <(dd if=dst iflag=direct bs=1M status=none)
    [ "$(cached src)" -le 5 ]
    [ "$(cached dst)" -le 5 ]
}

@test "it isn't cached with --fsync, either" {
    mpcp --cache=drop --fsync -j3 src dst
    [ "$(cached src)" -le 5 ]
    [ "$(cached dst)" -le 5 ]
}

stays_cached() {
    mpcp --cache=keep src dst
    [ "$(cached src)" -ge 95 ] || return 1
    [ "$(cached dst)" -ge 95 ]
}

@test "what is kept is cached" {
    [ "$ENGINE" != direct ] || skip "direct I/O caches nothing"
    in_three_tries stays_cached
}
