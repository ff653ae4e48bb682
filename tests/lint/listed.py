#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when a test file is listed by no meson.build, and so never run: listed.py SOURCE_ROOT BUILD_ROOT [FOLDER...]

What meson runs it has written down. (It refuses by itself to list a file that isn't there.) The folders below
tests/unit are those that this build does without.
"""

import json
import os
import pathlib
import sys


def written_down(build, name):
    return json.loads((build / "meson-info" / name).read_text())


def run_by(build):
    """All files that are run as tests, or are sources of tests."""
    words = {word for test in written_down(build, "intro-tests.json") for word in test["cmd"]}
    sources = [source for target in written_down(build, "intro-targets.json") if words & set(target["filename"])
               for group in target["target_sources"] for source in group["sources"]]
    return {os.path.realpath(build / file) for file in [*words, *sources]}


def main():
    root, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    run = run_by(build)
    status = 0
    for folder, kind in ("cli", ".bats"), ("unit", ".c"):
        below = root / "tests" / folder
        files = [file for file in below.rglob("*" + kind) if file.parent.name not in sys.argv[3:]]
        if not any(str(file) in run for file in files):
            print(f"none of {below.relative_to(root)} is run: what it takes is missing")
            status = status or 77
            continue
        for file in sorted(files):
            if str(file) not in run:
                print(f"{file.relative_to(root)} is never run: no meson.build lists it")
                status = 1
    return status


sys.exit(main())
