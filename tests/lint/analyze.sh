#!/bin/sh
# Looks for bugs without running the program; every finding is an error. Usage: tests/lint/analyze.sh [TOOL...]
# The tools are gcc (its -fanalyzer), clang-tidy (its checks are in .clang-tidy) and cppcheck; by default each of them.
# What a tool gets wrong is suppressed on the line in question, by NOLINT or cppcheck-suppress, with the reason.
set -u
cd "$(dirname "$0")/../.."

build=build-analyze
sources='src bench completion'

configured_for() { # compiler, its options
    [ -f "$build-$1/build.ninja" ] ||
        CC=$1 meson setup "$build-$1" -Dtests=disabled -Dbench=enabled -Dwerror=true -Dc_args="$2" >/dev/null
}

gcc_analyzer() {
    configured_for gcc -fanalyzer && meson compile -C $build-gcc
}

# One process per file: in one that reads several, clang-tidy 14 overlooks each va_start. Its counts aren't shown.
clang_tidy() {
    configured_for clang '' || return
    find $sources -name '*.c' -print0 |
        xargs -0 -n1 -P"$(nproc)" clang-tidy -p $build-clang --quiet >$build-clang/tidy.log 2>&1 && return
    grep -v ' generated\.$' $build-clang/tidy.log
    return 1
}

cppcheck_all() {
    cppcheck --quiet --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
        --std=c11 -D_GNU_SOURCE -Isrc -Ibench $sources
}

[ $# -gt 0 ] || set -- gcc clang-tidy cppcheck
status=0
for tool; do
    case $tool in
    gcc) gcc_analyzer ;;
    clang-tidy) clang_tidy ;;
    cppcheck) cppcheck_all ;;
    *) echo "$0: $tool: no such tool" >&2 && false ;;
    esac || status=1
done
exit $status
