# SPDX-License-Identifier: MIT
# What tests of --digest and --check share.

load ../support

KINDS='xxh128 sha256'

# Skips where SHA-256 isn't built in, or a tool is missing.
needs_kind() { # xxh128 or sha256
    case $1 in
    xxh128) command -v xxh128sum >/dev/null || skip "xxh128sum is missing" ;;
    sha256) "$MPCP" --digest=sha256:FILE --version >/dev/null 2>&1 || skip "built without nettle" ;;
    esac
}

# The tool's own check of a file of checksums, which finds nothing wrong.
passes() { # kind, file
    case $1 in
    xxh128) xxh128sum -c "$2" ;;
    sha256) sha256sum --strict -c "$2" ;;
    esac >"$DIR/checked" 2>&1 || {
        cat "$DIR/checked"
        return 1
    }
}

# The names in a file of checksums that have no escapes, sorted.
names_in() { # file
    sed 's/^[0-9a-f]*  //' "$1" | sort
}
