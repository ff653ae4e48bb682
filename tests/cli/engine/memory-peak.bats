#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# However large file and chunks are, no process has more than 48 MiB resident.
load ../support

peak_below_48_mib() { # size, option...
    skip_sanitized "the sanitizer needs memory of its own"
    needs_room "$1"
    truncate -s "$1" src
    shift
    python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak, "KiB")
sys.exit(peak >= 48 * 1024)' "$MPCP" --engine="$ENGINE" --sparse=never "$@" src dst
}

@test "4 GiB" { peak_below_48_mib 4G -j2; }
@test "1 GiB in chunks of 64 MiB" { peak_below_48_mib 1G -j2 --chunk=64M; }
