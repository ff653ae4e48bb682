#!/bin/sh
# Finds checks that can't fail: what is negated, or isn't the last of a list, ends no test of bats. "! this || false" does,
# and so do two lines. Usage: tests/lint/checks.sh SOURCE-ROOT
cd "$1" || exit 1
found=$(grep -rnE --include='*.bats' '^ +(! |\[.* \]+ && )' tests packaging |
    grep -vE '\|\||&& (return|skip|break|continue)|\\$')
[ -z "$found" ] || {
    echo "$found"
    exit 1
}
