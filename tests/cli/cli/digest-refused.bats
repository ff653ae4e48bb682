#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What --digest is refused together with, and values that aren't any.
load ../checksums

@test "values that aren't any" {
    local value
    for value in md5:sums sums :sums xxh128 xxh128: sha256 ''; do
        run --separate-stderr mpcp --digest="$value" src dst
        assert_refused 2 "'--digest=$value': takes xxh128:FILE or sha256:FILE"
    done
}

@test "a kind may be abbreviated" {
    echo x >src
    mpcp --digest=xxh:sums src dst
    mpcp --check sums
}

@test "what copies no bytes" {
    local option
    for option in --link --symbolic-link --attributes-only; do
        run --separate-stderr mpcp $option --digest=xxh128:sums src dst
        assert_refused 2 "--digest: needs bytes that are copied, so use no --link, --symbolic-link or --attributes-only"
        [ ! -e sums ]
    done
}

@test "a source that may change" {
    run --separate-stderr mpcp --allow-changes --digest=xxh128:sums src dst
    assert_refused 2 "--digest and --allow-changes: use one of them, not both"
}
