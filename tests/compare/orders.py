# SPDX-License-Identifier: MIT
"""Other orders in which the same case could be copied, and in which even the reference may make something else of it:
names that lead to one another, and others that are written over. Directories list what is in them as it was created
(cp goes by inodes, which count up), and small files that are operands are copied before directories that are."""

import collections
import dataclasses
import os
import random

from cases import DIRECTORY, WORK

SHUFFLES = 3


def walk(entries, choose):
    """Parents before what is in them; `choose` puts the entries of one directory in order."""
    children = collections.defaultdict(list)
    for entry in entries:
        children[entry.path.rpartition("/")[0]].append(entry)

    def below(parent):
        for entry in choose(children[parent]):
            yield entry
            yield from below(entry.path)
    return list(below(""))


def is_directory(entry):
    return entry.kind == DIRECTORY


def arrangements(case):
    rng = random.Random(case.seed)

    def reverse(entries):
        return entries[::-1]

    def files_first(entries):
        return sorted(entries, key=is_directory)

    def files_first_reversed(entries):
        return sorted(entries[::-1], key=is_directory)

    def files_last(entries):
        return sorted(entries, key=is_directory, reverse=True)

    def shuffle(entries):
        return rng.sample(entries, len(entries))
    for choose in files_first, files_first_reversed, reverse, files_last, *[shuffle] * SHUFFLES:
        yield lambda entries, choose=choose: walk(entries, choose)


def with_files_first(case):
    """The case with operands that aren't directories before others, except the last, the destination."""
    directories = {os.path.normpath(entry.path) for entry in case.entries if entry.kind == DIRECTORY}
    count = len(case.operands) - (not case.has("t", "--target-directory"))
    sources = sorted(case.operands[:count], key=lambda operand: is_one_of(operand, directories))
    return dataclasses.replace(case, operands=(*sources, *case.operands[count:]))


def is_one_of(operand, directories):
    path = os.path.normpath(operand.removeprefix(WORK + "/"))
    return path in directories or path.startswith(".")


def others(case):
    """Pairs of a case, with its operands in another order or in the same, and how to arrange its entries."""
    first = with_files_first(case)
    for arrange in arrangements(case):
        yield case, arrange
        if first.operands != case.operands:
            yield first, arrange
