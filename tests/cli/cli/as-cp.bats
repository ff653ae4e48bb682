#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Called as cp, the program calls itself so, takes what cp takes, and fails as cp does.
load ../support

eval "enter_$(declare -f setup)"

setup() {
    enter_setup
    mkdir bin
    ln -s "$MPCP" bin/cp
    REAL=$(command -v cp)
    "$REAL" --version | grep -q coreutils || skip "cp isn't GNU's"
}

# The first line that a command prints, without its name and what an abbreviation could mean: there is more here.
says() { # command...
    LC_ALL=C "$@" </dev/null 2>&1 >/dev/null | sed '1s/^[^:]*: //; s/; possibilities: .*//; q'
}

# Without operands, so that the only thing to complain about is the options, or the lack of operands.
lacks_operands() { # command...
    [[ "$(says "$@")" == @(missing file operand|no SOURCE)* ]]
}

@test "its name is in every message" {
    run --separate-stderr bin/cp nope there
    [ "$status" = 1 ]
    [ "$stderr" = "cp: cannot stat 'nope': No such file or directory" ]
    echo new >a
    echo old >b
    run --separate-stderr bin/cp -i a b </dev/null
    [[ "$stderr" == "cp: overwrite 'b'?"* ]]
    run bin/cp --help
    [[ "$output" == "Usage: cp "* ]]
}

@test "an invalid command line is exit 1, and where to find help follows" {
    run --separate-stderr bin/cp --frobnicate a b
    echo "$stderr"
    [ "$status" = 1 ]
    [ "$stderr" = "cp: unrecognized option '--frobnicate'
Try 'cp --help' for more information." ]
    run bin/cp -j 0 a b
    [ "$status" = 1 ]
    run bin/cp
    [ "$status" = 1 ]
}

@test "under any other name it is mpcp" {
    ln -s "$MPCP" bin/cp2
    run --separate-stderr bin/cp2 --frobnicate a b
    assert_refused 2 "unrecognized option '--frobnicate' (mpcp --usage lists them)"
}

@test "what cp takes is taken" {
    for options in -a -b -d -f -i -H -l -L -n -P -p -R -r -s -T -u -v -x -Z -dpR -rfv -aL -S.old '-S .old' -rS~ \
        --archive --attributes-only --backup --backup=none --backup=off --backup=numbered --backup=t --backup=existing \
        --backup=nil --backup=simple --backup=never --copy-contents --force --interactive --link --dereference \
        --no-clobber --no-dereference --preserve --preserve=mode,ownership,timestamps,links,xattr,all \
        --no-preserve=all,context --parents --path --recursive --reflink --reflink=auto --reflink=never --reflink=always \
        --remove-destination --sparse=auto --sparse=always --sparse=never --strip-trailing-slashes --symbolic-link \
        --suffix=x '--suffix x' --suffix= --no-target-directory --update --verbose --one-file-system --context \
        --ar --at --bac=num --bac=ex --cop --f --i --l --der --no-c --no-d --no-p=mo --no-t --o --pa --pr --pr=l \
        --rec --ref=al --rem --sp=n --str --sy --su=x --u --verb --cont --b --st; do
        lacks_operands "$REAL" $options || { echo "cp doesn't take $options"; false; }
        lacks_operands bin/cp $options || { says bin/cp $options; false; }
    done
}

@test "what cp refuses is refused, in its words" {
    for options in -y -rY --foo --fo=x --force=1 --p --no --re --s --verbos=x -S --suffix --no-preserve --sparse \
        -t --target -ls '-l --symb'; do
        ! lacks_operands bin/cp $options || { echo "$options is taken"; false; }
        echo "$options: $(says bin/cp $options)"
        [ "$(says bin/cp $options)" = "$(says "$REAL" $options)" ]
    done
    for options in --sparse=a --sparse=x --backup=n --backup=x --reflink=a --preserve=mode, --preserve=y --no-preserve= \
        --reflink=n,a -bn '-S~ -n' '-t . -t .'; do
        ! lacks_operands "$REAL" $options || { echo "cp takes $options"; false; }
        run bin/cp $options
        [ "$status" = 1 ]
        ! lacks_operands bin/cp $options || { echo "$options is taken"; false; }
    done
}

@test "operands end options if POSIXLY_CORRECT says so, and -- does in any case" {
    echo a >a
    mkdir d
    bin/cp a -f d/x
    [ -e d/x ]
    export POSIXLY_CORRECT=1
    for cp in "$REAL" bin/cp; do
        run $cp a -f d/y
        [ "$status" = 1 ]
        [ ! -e d/y ]
    done
    unset POSIXLY_CORRECT
    echo b >-f
    bin/cp -- -f d
    cmp ./-f d/-f
}

@test "a value that looks like an option is a value" {
    echo a >a
    mkdir ./--parents '!#:+x'
    timeout 20 bin/cp -t --parents a
    timeout 20 bin/cp a -t '!#:+x'
    cmp a ./--parents/a
    cmp a '!#:+x/a'
}
