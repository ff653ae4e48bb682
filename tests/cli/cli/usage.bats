#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# An invalid command line is exit 2, with one line that names the option and says what it takes.
load ../support

nonsense() { # sentence, argument...
    local sentence=$1
    shift
    run --separate-stderr mpcp "$@"
    assert_refused 2 "$sentence"
}

@test "no workers" { nonsense '--jobs=0: takes a number of workers, 1 or more' -j 0 a b; }
@test "workers that aren't a number" { nonsense '--jobs=x: takes a number of workers, 1 or more' -j x a b; }
@test "fewer than no workers" { nonsense '--jobs=-1: takes a number of workers, 1 or more' -j -1 a b; }
@test "half a worker" {
    nonsense '--jobs=1.5: takes a number of workers, 1 or more' -j 1.5 a b
    nonsense '--jobs=2.0B: takes a number of workers, 1 or more' -j 2.0B a b
}
@test "a negative chunk" { nonsense '--chunk=-1: takes a size from 1 to 1G, such as 512K or 4MiB' --chunk=-1 a b; }
@test "an empty chunk" { nonsense '--chunk=0: takes a size from 1 to 1G, such as 512K or 4MiB' --chunk=0 a b; }
@test "an unknown engine" { nonsense '--engine=warp: takes auto, reflink, copy-range, mmap, mmap-read, mmap-write, read-write, sendfile, splice, direct, direct-read or help' --engine=warp a b; }
@test "an unknown way with extents" { nonsense '--reflink=perhaps: takes auto, always or never' --reflink=perhaps a b; }
@test "an unknown way with holes" { nonsense '--sparse=perhaps: takes auto, always or never' --sparse=perhaps a b; }
@test "an unknown way with the page cache" { nonsense '--cache=perhaps: takes auto, keep or drop' --cache=perhaps a b; }
@test "no rate" { nonsense '--bwlimit=fast: takes bytes per second, such as 10M or 1.5GiB' --bwlimit=fast a b; }
@test "a rate of nothing" { nonsense '--bwlimit=0: takes bytes per second, such as 10M or 1.5GiB' --bwlimit=0 a b; }
@test "shared extents and made holes" {
    nonsense '--reflink=always, --engine=reflink: holes are shared as they are, so take no --sparse' --reflink --sparse=always a b
}
@test "shared extents and an engine" {
    nonsense '--reflink=always and --engine: use one of them, not both' --reflink=always --engine=mmap a b
}
@test "extents that should be shared, and never" {
    nonsense '--reflink=never and --engine=reflink: use one of them, not both' --reflink=never --engine=reflink a b
    nonsense '--reflink=never and --engine=reflink: use one of them, not both' --engine=reflink --reflink=never a b
}
@test "of two engines the last is taken" {
    echo a >a
    mpcp --engine=reflink --engine=mmap --json a b >out
    [ "$(member engine <out)" = mmap ]
    run ! mpcp --engine=mmap --engine=reflink a /dev/null
}
@test "an unknown attribute" {
    nonsense '--preserve=mode,colour: takes a list of mode, ownership, timestamps, links, context, xattr, all' --preserve=mode,colour a b
    nonsense '--no-preserve=colour: takes a list of mode, ownership, timestamps, links, context, xattr, all' --no-preserve=colour a b
}
@test "an unknown value for progress" { nonsense '--progress=now: takes auto, always, never or json' --progress=now a b; }
@test "an unknown kind of backup" {
    nonsense '--backup=twice: takes none, off, numbered, t, existing, nil, simple or never' --backup=twice a b
    export VERSION_CONTROL=twice
    nonsense "'\$VERSION_CONTROL=twice': takes none, off, numbered, t, existing, nil, simple or never" -b a b
}
@test "an unknown rule for what exists" {
    nonsense '--update=newer: takes all, older, none or none-fail' --update=newer a b
}
@test "a value that could be two" { nonsense '--sparse=a: takes auto, always or never' --sparse=a a b; }
@test "an option without its value" {
    nonsense "option requires an argument -- 'j': it takes a number of workers, 1 or more" -j
    nonsense "option '--suffix' requires an argument: it takes a suffix" --suf
}
@test "an option with a value that takes none" { nonsense "option '--force' doesn't allow an argument" --for=1 a b; }
@test "an unknown option" { nonsense "unrecognized option '--colour=2' (mpcp --usage lists them)" --colour=2 a b; }
@test "a misspelt option" { nonsense "unrecognized option '--jbos=2' (did you mean --jobs?)" --jbos=2 a b; }
@test "an unknown letter" { nonsense "invalid option -- 'Y' (mpcp --usage lists them)" -rY a b; }
@test "an abbreviation of two options" {
    nonsense "option '--j=1' is ambiguous; possibilities: '--jobs' '--json'" --j=1 a b
}
@test "an option that would disturb the terminal" {
    nonsense "unrecognized option '--'$'\\033''[2J' (mpcp --usage lists them)" $'--\e[2J' a b
    nonsense "invalid option -- ''$'\\033' (mpcp --usage lists them)" $'-\ex' a b
    nonsense "'--sparse='$'\\033''[2J'$'\\n': takes auto, always or never" --sparse=$'\e[2J\n' a b
}
@test "no operand" { nonsense 'missing file operand (see mpcp --help)'; }
@test "no destination" { nonsense "missing destination file operand after 'a' (see mpcp --help)" a; }
@test "-t without a source" { nonsense 'missing file operand (see mpcp --help)' -t .; }
@test "-T with three operands" { nonsense "extra operand 'c' (see mpcp --help)" -T a b c; }
@test "-t together with -T" {
    nonsense 'cannot combine --target-directory (-t) and --no-target-directory (-T)' -t . -T a
}
@test "two directories to copy into" { nonsense 'multiple target directories specified' -t . -t . a; }
@test "hard and symbolic links" { nonsense 'cannot make both hard and symbolic links' -ls a b; }
@test "backups of what is left as it is" {
    for options in -bn '-S.old -n' '--backup --update=none' '--backup=t --update=none-fail'; do
        nonsense '--backup is mutually exclusive with -n or --update=none-fail' $options a b
    done
}
@test "-v together with -q" { nonsense '--verbose and --quiet: use one of them, not both' -v -q a b; }
@test "--json to standard output that is the destination" {
    nonsense '--json: needs standard output for itself, which is the DEST' --json a -
}
@test "-i with standard input as the source" {
    nonsense '--interactive: needs standard input for the answers, which is a SOURCE' -i - b
}
@test "standard input into a directory" {
    nonsense '-: standard input has no name for a file in a directory: name the file' - .
}

@test "help, engines, usage and version go to standard output" {
    for option in --help '-?' --engine=help --usage --version -V; do
        run --separate-stderr mpcp "$option"
        [ "$status" = 0 ]
        [ -n "$output" ]
        [ -z "$stderr" ]
    done
}

@test "the engines are told one a line, each with what it does and when it is chosen" {
    # Each has three columns, of which none is empty.
    mpcp --engine=help | tail -n +2 | sed 's/   */|/g' | tee told
    for engine in auto reflink $ENGINES; do
        grep -Ex "$engine\|[^|]+\|[^|]+" told
    done
    [ "$(wc -l <told)" = "$(($(wc -w <<<"$ENGINES") + 2))" ]
}

@test "nothing is copied when engines are asked for" {
    echo a >a
    mpcp --engine=help a b
    [ ! -e b ]
}

@test "help is about 60 lines, and says where the rest is" {
    mpcp --help >help
    [ "$(wc -l <help)" -le 66 ]
    [[ "$(tail -1 help)" == *"man mpcp"*"mpcp --usage"* ]]
    run ! grep -e --copy-contents help
    mpcp --usage | grep -e --copy-contents
}
