#!/bin/sh
# Fails if mandoc finds fault with the man page, even if only with its style, or with making HTML of it.
# Usage: man.sh SOURCE_ROOT
set -eu
command -v mandoc >/dev/null || {
    echo "mandoc is missing"
    exit 77
}
page=$1/man/mpcp.1
# What mandoc says about the machine's own man pages is left out: which there are, and whether it has a list of them.
found=$(
    {
        mandoc -T lint "$page" 2>&1 || true
        mandoc -T html -W style "$page" 2>&1 >/dev/null || true
    } | grep -v -e 'mandoc\.db' -e 'referenced manual not found' -e 'see above the output' || true
)
echo "$found"
[ -z "$found" ]
