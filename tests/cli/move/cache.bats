#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What --cache=drop copies doesn't stay in the page cache, nor does it push others out.
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

@test "what is dropped isn't cached, and what others have cached is" {
    local before=$(cached other)
    mpcp --cache=drop src dst
    local after=$(cached other)
    cmp <(dd if=src iflag=direct bs=1M status=none) <(dd if=dst iflag=direct bs=1M status=none)
    echo "cached: another $before%, then $after%"
    [ "$(cached src)" -le 5 ]
    [ "$(cached dst)" -le 5 ]
    [ "$after" -ge $((before - 5)) ]
}

@test "it isn't cached with --fsync, either" {
    mpcp --cache=drop --fsync -j3 src dst
    [ "$(cached src)" -le 5 ]
    [ "$(cached dst)" -le 5 ]
}

@test "what is kept is cached" {
    [ "$ENGINE" != direct ] || skip "direct I/O caches nothing"
    mpcp --cache=keep src dst
    [ "$(cached src)" -ge 95 ]
    [ "$(cached dst)" -ge 95 ]
}
