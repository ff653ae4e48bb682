#!/bin/sh
# Fails when mandoc finds fault with the man page. Usage: man.sh SOURCE_ROOT
set -eu
command -v mandoc >/dev/null || {
    echo "mandoc is missing"
    exit 77
}
found=$(mandoc -T lint -W warning "$1/man/mpcp.1" || true)
echo "$found"
[ -z "$found" ]
