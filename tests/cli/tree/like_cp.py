# SPDX-License-Identifier: MIT
"""Copies many files into a directory by mpcp and by cp, and compares what comes of it.

Sources and destinations are hard links of one another, links that lead to one another or nowhere, of equal names, given
twice, missing; some take so long to be copied that others overtake them. What differs is printed, with the seed that
repeats it:  like_cp.py --mpcp=build/mpcp --rounds=300 --seed=7 /var/tmp/empty
"""
import argparse
import hashlib
import os
import random
import shutil
import stat
import subprocess
import sys

MIDDLING = 3 << 20  # takes a while, without being large
LARGE = (8 << 20) + 5  # is copied by workers


def write(path, size, mark):
    """A file whose bytes show everywhere where they come from."""
    line = f'{mark}\n'.encode()
    with open(path, 'wb') as file:
        file.write((line * (size // len(line) + 1))[:size])


def some_size(rng):
    return rng.choices([0, rng.randrange(1, 5000), MIDDLING, LARGE], [2, 60, 8, 1])[0]


def link_somewhere(rng, path, names):
    """A link to a destination, which may exist, or come to exist, or never exist; or to a source."""
    os.symlink(rng.choice([f'../d/{rng.choice(names)}', f'../s/{rng.choice(names)}', '../d/never', '../outside']), path)


def make_source(rng, path, names, others, linked):
    kind = rng.choices(['file', 'directory', 'twin', 'link'], [60, 0.3, 3 * linked, rng.choice([0, 0, 2]) * linked])[0]
    if kind == 'twin' and others:
        os.link(rng.choice(others), path, follow_symlinks=False)
    elif kind == 'link':
        link_somewhere(rng, path, names)
    elif kind == 'directory':
        os.mkdir(path)
    else:
        write(path, some_size(rng), path)
        os.chmod(path, rng.choice([0o644, 0o600, 0o755]))
        others.append(path)


def make_destination(rng, path, names, others):
    kind = rng.choices(['none', 'file', 'twin', 'link', 'device', 'directory'],
                       [50, 20, 10, rng.choice([0, 4]), 0.3, 0.3])[0]
    if kind == 'twin' and others:
        os.link(rng.choice(others), path, follow_symlinks=False)
    elif kind == 'link':
        link_somewhere(rng, path, names)
    elif kind == 'device':
        os.symlink('/dev/null', path)
    elif kind == 'directory':
        os.mkdir(path)
    elif kind != 'none':
        write(path, rng.choice([0, 100, 20000]), 'old ' + path)
        others.append(path)


def lay_out(rng, linked):
    """Makes s, t and d in the working directory, and returns the operands."""
    names = [f'f{i:02}' for i in range(90)]
    outside = ['outside']
    write('outside', 1000, 'outside')
    for directory in 's', 't', 'd':
        os.mkdir(directory)
    for name in names:
        if rng.random() < 0.97:
            make_source(rng, 's/' + name, names, outside, linked)
    for name in rng.sample(names, 4):
        make_source(rng, 't/' + name, names, outside, linked)
    mine = [path for path in outside if rng.random() < 0.3] or ['outside']
    for name in names:
        make_destination(rng, 'd/' + name, names, mine)
    operands = ['s/' + name for name in names] + ['t/' + name for name in rng.sample(names, 1)]
    operands += rng.sample(operands, rng.choice([0, 1, 3]))
    if rng.random() < 0.5:
        rng.shuffle(operands)
    return operands


def look(path):
    """What is at a path, without what no two runs have in common."""
    st = os.lstat(path)
    if stat.S_ISLNK(st.st_mode):
        return ('link', os.readlink(path))
    if stat.S_ISDIR(st.st_mode):
        return ('directory',)
    with open(path, 'rb') as file:
        data = file.read()
    head = data[:30].split(b'\n')[0].decode()
    return ('file', oct(st.st_mode), len(data), hashlib.md5(data).hexdigest(), head, st.st_nlink)


def look_at_all():
    return {os.path.join(top, name): look(os.path.join(top, name))
            for top, directories, files in os.walk('.') for name in directories + files}


def run(rng_seed, top, command):
    """Lays out, copies, and returns what there is afterwards, with the status and what was printed."""
    rng = random.Random(rng_seed)
    os.mkdir(top)
    os.chdir(top)
    options = rng.choice([[], [], [], ['-n'], ['-u'], ['-p']])
    # With -u, cp hard-links destinations whose sources are one file, even destinations that it should leave alone.
    operands = lay_out(rng, '-u' not in options)
    done = subprocess.run([*command, *options, *operands, 'd'], capture_output=True, text=True, errors='replace',
                          stdin=subprocess.DEVNULL)
    found = look_at_all()
    os.chdir('..')
    shutil.rmtree(top)
    return options, done.returncode, found, done.stderr


def compare(seed, mpcp):
    options, expected, there, said = run(seed, 'by-cp', ['cp'])
    _, status, found, ours = run(seed, 'by-mpcp', [mpcp])
    differences = [f'{path}: cp: {there.get(path)}, mpcp: {found.get(path)}'
                   for path in sorted({*there, *found}) if there.get(path) != found.get(path)]
    if expected != status:
        differences.append(f'status: cp: {expected}, mpcp: {status}')
    for line in differences:
        print(f'seed {seed} {" ".join(options)}: {line}')
    if differences:
        print(said, ours, sep='---\n')
    return not differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--mpcp', required=True)
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('directory')
    args = parser.parse_args()
    mpcp = os.path.abspath(args.mpcp)
    os.chdir(args.directory)
    wrong = [seed for seed in range(args.seed, args.seed + args.rounds) if not compare(seed, mpcp)]
    print(f'{args.rounds} rounds, {len(wrong)} differ{": seeds " if wrong else ""}{wrong or ""}')
    sys.exit(1 if wrong else 0)


main()
