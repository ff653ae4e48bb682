#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# "meson install" puts everything where it belongs, below DESTDIR, and nothing else.
load ../support

# An option that this build was set up with: option NAME.
option() {
    jq -r --arg name "$1" '.[] | select(.name == $name).value' "$OPTIONS"
}

needs_meson() {
    command -v meson >/dev/null || skip "needs meson"
    BUILD=$(dirname "$(realpath "$MPCP")")
    [ -w "$BUILD/meson-logs" ] || skip "the build directory belongs to somebody else"
    OPTIONS=$BATS_FILE_TMPDIR/options # is the same for each test, and takes meson a second
    [ -s "$OPTIONS" ] || meson introspect --buildoptions "$BUILD" >"$OPTIONS" 2>/dev/null ||
        skip "this isn't what meson has built"
    PREFIX=$(option prefix)
}

installed() { # where
    meson install --no-rebuild --quiet -C "$BUILD" --destdir "$1" >log 2>&1 || { cat log; return 1; }
}

@test "program and man page are where people look for them" {
    needs_meson
    installed "$DIR/root"
    cmp "root/$PREFIX/$(option bindir)/mpcp" "$MPCP"
    cmp "root/$PREFIX/$(option mandir)/man1/mpcp.1" "$MPCP_SOURCE_ROOT/man/mpcp.1"
    [ -x "root/$PREFIX/$(option bindir)/mpcp" ]
    [ "$("root/$PREFIX/$(option bindir)/mpcp" --version)" = "mpcp $(meson introspect --projectinfo "$BUILD" | member version)" ]
}

@test "the programs that speak MPI are where mpcp looks for them" {
    needs_meson
    installed "$DIR/root"
    local program built=0 place="$PREFIX/$(option libexecdir)/mpcp"
    for program in "$BUILD"/mpcp-openmpi "$BUILD"/mpcp-mpich "$BUILD"/mpcp-mpi; do
        [ -x "$program" ] || continue
        built=1
        [ -x "root/$place/${program##*/}" ]
    done
    [ $built = 1 ] || skip "no MPI here"
    grep -aqF "$place" "$MPCP"
}

@test "completion is where each shell looks for it" {
    needs_meson
    [ -e "$BUILD/completion/_mpcp" ] || skip "a build for another machine has none"
    installed "$DIR/root"
    cmp "root/$PREFIX/$(option datadir)/bash-completion/completions/mpcp" "$BUILD/completion/mpcp"
    cmp "root/$PREFIX/$(option zsh_completions)/_mpcp" "$BUILD/completion/_mpcp"
    cmp "root/$PREFIX/$(option datadir)/fish/vendor_completions.d/mpcp.fish" "$BUILD/completion/mpcp.fish"
}

@test "nothing else is installed" {
    needs_meson
    installed "$DIR/root"
    local share
    share=$(option datadir)
    (cd "root/$PREFIX" && find . ! -type d | sort) >all
    cat all
    grep -vxF -e "./$(option bindir)/mpcp" -e "./$(option mandir)/man1/mpcp.1" all |
        grep -vx -e "\./$(option libexecdir)/mpcp/mpcp-[a-z]*" |
        grep -vx -e "\./$share/bash-completion/completions/mpcp" -e "\./$share/zsh/[a-z-]*/_mpcp" \
            -e "\./$share/fish/vendor_completions.d/mpcp.fish" >unknown || true
    [ ! -s unknown ]
    [ "$(find root ! -type d | wc -l)" = "$(wc -l <all)" ]
}
