#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Shells complete options, their values, and what follows them: real shells, with what is made when mpcp is built.
load ../support

eval "enter_$(declare -f setup)"

setup() {
    enter_setup
    COMPLETION=$(dirname "$MPCP")/completion
    [ -e "$COMPLETION/mpcp" ] || skip "this build has no completion"
    mkdir bin home directory directory/deep "two words"
    touch file data
    ln -s "$MPCP" bin/mpcp
    PATH=$DIR/bin:$PATH
    export HOME=$DIR/home XDG_CONFIG_HOME=$DIR/home XDG_DATA_HOME=$DIR/home
}

needs() { # program
    command -v "$1" >/dev/null || skip "there is no $1"
}

# --- what is seen when keys are typed, and "<<...>>", the line in the end ---

LOAD='. "$COMPLETION/mpcp"' # what bash is to do first

bash_types() { # keys...
    needs_terminal
    cat >bashrc <<EOF
$LOAD
bind 'set show-all-if-ambiguous on'
bind 'set enable-bracketed-paste off'
bind 'set completion-query-items 0'
bind 'set page-completions off'
bind -x '"\C-x": printf "<<%s>>\n" "\$READLINE_LINE"'
PS1='ready> '
EOF
    COMPLETION=$COMPLETION python3 "$BATS_TEST_DIRNAME/typed.py" "$@" -- bash --noprofile --rcfile bashrc -i | tee seen
}

zsh_types() { # keys...
    needs zsh
    needs_terminal
    cat >home/.zshrc <<EOF
fpath=("$COMPLETION" \$fpath)
autoload -Uz compinit
compinit -u -d "$BATS_FILE_TMPDIR/names"
show() { zle -I; print -r -- "<<\$BUFFER>>" }
zle -N show
bindkey '^X' show
LISTMAX=1000
PS1='ready> '
EOF
    ZDOTDIR=$DIR/home python3 "$BATS_TEST_DIRNAME/typed.py" "$@" -- zsh -d -i | tee seen
}

# --- what fish offers ---

fish_offers() { # what is typed
    needs fish
    fish -N -c 'source $argv[1]; complete -C $argv[2]' "$COMPLETION/mpcp.fish" "$1" | tee seen
}

becomes() { # line
    grep -Fq "<<$1>>" seen
}

shows() { # word...
    local word
    for word; do grep -Eq -- "(^|[[:space:]])$word($|[[:space:]])" seen || { echo "$word isn't shown"; return 1; }; done
}

shows_not() { # word...
    local word
    for word; do run ! grep -Eq -- "(^|[[:space:]])$word($|[[:space:]])" seen; done
}

# Starts a copy that takes long, and sets COPY to its pid.
copy_slowly() {
    touch no-process # others may copy what has any likely name
    truncate -s 64M big
    bin/mpcp --bwlimit=1M --reflink=never --sparse=never big copy 2>/dev/null 3>&- &
    COPY=$!
    wait_until eval "bin/mpcp --status --json | grep -q '\"pid\": $COPY,'"
}

needs_option() { # name
    every_option | grep -Fqx -- "$1" || skip "there is no $1"
}

every_option() {
    mpcp --usage | grep -o -- '--[a-z-]*' | sort -u
}

@test "bash: an option's name" {
    bash_types 'mpcp --eng\t' 'mpcp --verif\t'
    becomes 'mpcp --engine='
    becomes 'mpcp --verify '
}

@test "bash: all options" {
    bash_types 'mpcp --\t'
    for option in $(every_option); do shows "$option=?"; done
}

@test "bash: one of several words, behind = and as the next word" {
    bash_types 'mpcp --engine=\t' 'mpcp --engine=read\t' 'mpcp --sparse al\t' 'mpcp --reflink=ne\t'
    shows auto reflink help $ENGINES
    becomes 'mpcp --engine=read-write '
    becomes 'mpcp --sparse always '
    becomes 'mpcp --reflink=never '
}

@test "bash: a list of words" {
    bash_types 'mpcp --preserve=mode,li\t' 'mpcp --preserve=mode,\t'
    becomes 'mpcp --preserve=mode,links'
    shows mode,links mode,xattr
    shows_not mode,mode
}

@test "bash: directories behind -t, files where they are operands, nothing where nothing is known" {
    bash_types 'mpcp -rt d\t' 'mpcp --target-directory=tw\t' 'mpcp -v fi\t' 'mpcp --reflink fi\t' 'mpcp -- --eng\t' \
        'mpcp --chunk=\t' 'mpcp -S \t'
    becomes 'mpcp -rt directory/'
    becomes 'mpcp --target-directory=two\ words/'
    becomes 'mpcp -v file '
    becomes 'mpcp --reflink file '
    becomes 'mpcp -- --eng'
    becomes 'mpcp --chunk='
    shows_not data
}

@test "bash: a word and a file" {
    needs_option --digest
    LOADS=('. "$COMPLETION/mpcp"' 'COMP_WORDBREAKS=" "; . "$COMPLETION/mpcp"')
    for LOAD in "${LOADS[@]}"; do
        bash_types 'mpcp --digest=sh\t' 'mpcp --digest=sha256:fi\t' 'mpcp --digest sha256:fi\t' 'mpcp --check fi\t'
        becomes 'mpcp --digest=sha256:'
        becomes 'mpcp --digest=sha256:file '
        becomes 'mpcp --digest sha256:file '
        becomes 'mpcp --check file '
    done
}

@test "bash: where = separates no words" {
    LOAD='COMP_WORDBREAKS=${COMP_WORDBREAKS//=/}; . "$COMPLETION/mpcp"'
    bash_types 'mpcp --engine=read\t' 'mpcp --no-preserve=mode,li\t' 'mpcp --target-directory=di\t'
    becomes 'mpcp --engine=read-write '
    becomes 'mpcp --no-preserve=mode,links'
    [[ "$(<seen)" == *'<<mpcp --target-directory=directory'* ]]
}

@test "bash: bash-completion finds it by itself" {
    [ -e /usr/share/bash-completion/bash_completion ] || skip "there is no bash-completion"
    mkdir -p home/bash-completion/completions
    cp "$COMPLETION/mpcp" home/bash-completion/completions/
    LOAD='. /usr/share/bash-completion/bash_completion'
    bash_types 'mpcp --engine=read\t'
    becomes 'mpcp --engine=read-write '
}

@test "bash: copies that are under way" {
    copy_slowly
    bash_types 'mpcp --status \t'
    kill "$COPY"
    grep -qw "$COPY" seen
    shows_not no-process
}

@test "zsh: an option's name" {
    zsh_types 'mpcp --eng\t' 'mpcp --verif\t'
    becomes 'mpcp --engine='
    becomes 'mpcp --verify '
}

@test "zsh: all options, with what they do" {
    zsh_types 'mpcp --\t'
    for option in $(every_option); do shows "$option"; done
    [[ "$(<seen)" == *"-- copy trees with all attributes: -dR --preserve=all"* ]]
    [[ "$(<seen)" == *"-- don't keep those in LIST"* ]]
}

@test "zsh: one of several words, behind = and as the next word" {
    zsh_types 'mpcp --engine=\t' 'mpcp --engine=read\t' 'mpcp --sparse al\t' 'mpcp --reflink=ne\t'
    shows auto reflink help $ENGINES
    [[ "$(<seen)" == *"mmap-read "*"-- pread into a mapping"* ]]
    becomes 'mpcp --engine=read-write '
    becomes 'mpcp --sparse always '
    becomes 'mpcp --reflink=never '
}

@test "zsh: a list of words" {
    zsh_types 'mpcp --preserve=mode,li\t' 'mpcp --preserve=mode,\t'
    [[ "$(<seen)" == *'<<mpcp --preserve=mode,links'* ]]
    shows ownership xattr
    shows_not mode
}

@test "zsh: directories behind -t, files where they are operands" {
    zsh_types 'mpcp -rt d\t' 'mpcp --target-directory=tw\t' 'mpcp -v fi\t' 'mpcp --reflink fi\t' 'mpcp -- --eng\t'
    becomes 'mpcp -rt directory/'
    becomes 'mpcp --target-directory=two\ words/'
    becomes 'mpcp -v file '
    becomes 'mpcp --reflink file '
    becomes 'mpcp -- --eng'
}

@test "zsh: a word and a file" {
    needs_option --digest
    zsh_types 'mpcp --digest=sh\t' 'mpcp --digest=sha256:fi\t' 'mpcp --digest sha256:fi\t' 'mpcp --check fi\t'
    becomes 'mpcp --digest=sha256:'
    becomes 'mpcp --digest=sha256:file '
    becomes 'mpcp --digest sha256:file '
    becomes 'mpcp --check file '
}

@test "zsh: what else is to be typed" {
    zsh_types 'mpcp --chunk=\t'
    shows_not data
    becomes 'mpcp --chunk='
}

@test "zsh: copies that are under way" {
    copy_slowly
    zsh_types 'mpcp --status \t\t'
    kill "$COPY"
    grep -qw "$COPY" seen
    shows_not no-process
}

@test "fish: an option's name, and what it does" {
    fish_offers 'mpcp --eng'
    [[ "$(<seen)" == --engine$'\t'"how bytes are moved"* ]]
    fish_offers 'mpcp --no-pre'
    [ "$(<seen)" = --no-preserve$'\t'"don't keep those in LIST" ]
}

@test "fish: all options" {
    fish_offers 'mpcp --'
    for option in $(every_option); do shows "$option"; done
    fish_offers 'mpcp -'
    shows -b -p -R
}

@test "fish: one of several words, behind = and as the next word" {
    fish_offers 'mpcp --engine='
    for engine in auto reflink help $ENGINES; do shows "--engine=$engine"; done
    fish_offers 'mpcp --engine read'
    [ "$(<seen)" = read-write$'\t'"pread and pwrite" ]
    fish_offers 'mpcp --reflink=ne'
    [ "$(<seen)" = --reflink=never$'\t'"copy the bytes" ]
}

@test "fish: a list of words" {
    fish_offers 'mpcp --preserve=mode,li'
    [[ "$(<seen)" == --preserve=mode,links$'\t'* ]]
    fish_offers 'mpcp --no-preserve mode,'
    shows mode,links mode,xattr
    shows_not mode,mode
}

@test "fish: a word and a file" {
    needs_option --digest
    fish_offers 'mpcp --digest=sh'
    [[ "$(<seen)" == --digest=sha256:* ]]
    fish_offers 'mpcp --digest=sha256:fi'
    [[ "$(<seen)" == --digest=sha256:file* ]]
    fish_offers 'mpcp --digest sha256:tw'
    [[ "$(<seen)" == "sha256:two words/"* ]]
    fish_offers 'mpcp --check fi'
    [ "$(<seen)" = file ]
}

@test "fish: directories behind -t, files where they are operands" {
    fish_offers 'mpcp -rt d'
    [ "$(cut -f 1 seen)" = directory/ ]
    fish_offers 'mpcp --target-directory=two'
    [ "$(cut -f 1 seen)" = '--target-directory=two words/' ]
    fish_offers 'mpcp -v d'
    [ "$(cut -f 1 seen | sort)" = $'data\ndirectory/' ]
    fish_offers 'mpcp --reflink fi'
    [ "$(<seen)" = file ]
    fish_offers 'mpcp -- --eng'
    [ -z "$(<seen)" ]
    fish_offers 'mpcp --chunk='
    [ -z "$(<seen)" ]
}

@test "fish: copies that are under way" {
    copy_slowly
    fish_offers 'mpcp --status '
    kill "$COPY"
    grep -Fxq "$COPY"$'\t'big seen
    shows_not no-process
}
