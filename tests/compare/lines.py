# SPDX-License-Identifier: MIT
"""What a program has printed, line by line, and the files that a line is about."""

import os
import re

QUESTION = re.compile(r"\? (?=cp: |$)")
QUOTED = re.compile(r"(?:\$?'(?:[^'\\]|\\.)*'|\"[^\"]*\"|‘[^’]*’)+")


def lines_of(text):
    """A question ends its line here, though the answer isn't seen."""
    return sorted(QUESTION.sub("?\n", text).splitlines())


def names_in(line):
    """The files that a line is about: what is quoted, and what is before the first colon."""
    names = {unquoted(found[0]) for found in QUOTED.finditer(line)}
    first = re.match(r"(?:mp)?cp: ([^\s':]+): ", line)
    if first:
        names.add(first[1])
    return {os.path.normpath(name) for name in names if name}


def unquoted(text):
    """Reads a name as a shell would."""
    parts = re.findall(r"\$'((?:[^'\\]|\\.)*)'|'([^']*)'|\"([^\"]*)\"|‘([^’]*)’", text)
    return "".join(unescaped(dollar) if dollar else plain or double or curly for dollar, plain, double, curly in parts)


def plain(line):
    """As it would be without quotes."""
    return QUOTED.sub(lambda found: unquoted(found[0]), line)


CODES = dict(zip("abtnvfrE\\'", "\a\b\t\n\v\f\r\033\\'"))


def unescaped(text):
    raw = re.sub(rb"\\([0-7]{3}|.)", unescape, os.fsencode(text), flags=re.S)
    return os.fsdecode(raw)


def unescape(found):
    code = found[1].decode(errors="surrogateescape")
    return bytes([int(code, 8)]) if len(code) == 3 else os.fsencode(CODES.get(code, code))
