# SPDX-License-Identifier: MIT
# Shared by the tests of how much memory is taken.

# Copies that much, and fails if any process had 48 MiB resident at any time.
peak_below_48_mib() { # size, option...
    skip_sanitized "the sanitizer needs memory of its own"
    needs_room "$1"
    skip_sharing .
    truncate -s "$1" src
    shift
    python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak, "KiB")
sys.exit(peak >= 48 * 1024)' "$MPCP" --engine="$ENGINE" --sparse=never "$@" src dst
}
