#!/bin/sh
# Fails if a line of Markdown has 120 columns or more. Usage: markdown.sh SOURCE_ROOT
set -eu
cd "$1"
found=$(LC_ALL=C.UTF-8 awk 'length > 119 {print FILENAME ":" FNR ": " length " columns"}' *.md bench/*.md)
echo "$found"
[ -z "$found" ]
