#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sums up meson's JUnit logs, given as arguments: which tests were skipped, which failed and what these printed, then
one line of counts."""

import collections
import re
import sys
import xml.etree.ElementTree

# What XML can't hold, and tests may have printed: names of any bytes, escape sequences of terminals.
IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(log):
    with open(log, encoding="utf-8", errors="replace") as file:
        return xml.etree.ElementTree.fromstring(IMPOSSIBLE.sub("?", file.read()))


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


PRINTED = 60  # lines


def print_failed(suite, case):
    """Repeated here, where nobody has to look for it among the others."""
    printed = [element.text or "" for element in suite.iter() if element.tag in ("system-out", "system-err")]
    print(f"failed: {suite.get('name')}: {case.get('name')}")
    print("\n".join("    " + line for line in "\n".join(printed).splitlines()[-PRINTED:]))


def main():
    counts, failed = collections.Counter(), []
    for log in sys.argv[1:]:
        for suite in read(log).iter("testsuite"):
            for case in suite.iter("testcase"):
                result = outcome(case)
                counts[result] += 1
                if result == "skipped":
                    print(f"skipped: {suite.get('name')}: {case.get('name')}")
                elif result == "failed":
                    failed.append((suite, case))
    for suite, case in failed:
        print_failed(suite, case)
    print(", ".join(f"{counts[result]} {result}" for result in ("passed", "failed", "skipped")))


main()
