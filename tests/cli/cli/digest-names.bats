#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Names in the file of --digest are those of the copies, as they were named; odd ones as the tools write them.
load ../checksums

odd_names() {
    mkdir src dst
    local name
    for name in 'a b' '\back' 'sl\ash' $'car\rriage' ' blank' '*star' '-dash' $'no\xffutf' '#hash' "quote's"; do
        echo "$name" >"src/$name"
    done
}

@test "the tools check odd ones" {
    odd_names
    local kind
    for kind in $KINDS; do
        needs_kind "$kind"
        mpcp --digest="$kind:sums" src/* dst
        [ "$(wc -l <sums)" = 10 ]
        passes "$kind" sums
    done
}

@test "one with a newline is escaped" {
    needs_kind sha256
    echo x >$'new\nline'
    mkdir dst
    mpcp --digest=sha256:sums $'new\nline' dst
    passes sha256 sums
    mpcp --check sums
    [ "$(sha256sum dst/*)" = "$(cat sums)" ]
    mpcp --digest=xxh128:sums $'new\nline' dst
    mpcp --check sums
    [ "$(wc -l <sums)" = 1 ]
}

@test "they are the copies', from the working directory" {
    mkdir -p dir src/sub
    echo 1 >src/one
    echo 2 >src/sub/two
    mpcp --digest=xxh128:sums src/one dir
    [ "$(names_in sums)" = dir/one ]
    mpcp --digest=xxh128:sums src/one "$PWD/absolute"
    [ "$(names_in sums)" = "$PWD/absolute" ]
    mpcp --digest=xxh128:sums -t dir src/one
    [ "$(names_in sums)" = dir/one ]
    mpcp -r --digest=xxh128:sums src new
    [ "$(names_in sums | tr '\n' ' ')" = "new/one new/sub/two " ]
    mpcp --parents --digest=xxh128:sums src/sub/two dir
    [ "$(names_in sums)" = dir/src/sub/two ]
}
