# SPDX-License-Identifier: MIT
"""Makes random cases: what exists before, and the command line. A seed stands for one case, always the same."""

import dataclasses
import random

# --- what a case is ---

SECOND = 1000000000
WORK = "/W"  # a link or an operand that begins so is below the working directory, wherever that is
DIRECTORY, FILE, LINK, TWIN, FIFO, SOCKET, DEVICE = "directory", "file", "link", "twin", "FIFO", "socket", "device"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One name below the working directory; a twin is a further name of what `target` is."""

    path: str
    kind: str
    target: str = ""  # of a link; of a twin
    mode: int = 0o644
    owner: str = "me"  # who copies; or one of OWNERS
    group: str = "me"
    mtime: int = 1000000000123456789
    size: int = 0
    holes: str = ""  # the pieces of a file, of equal length: "d" data, "z" zeros, "h" a hole
    xattrs: tuple = ()  # of pairs
    acl: str = ""  # one of ACLS
    default_acl: str = ""


def atime_of(entry):
    """Without its mtime, to tell entries apart."""
    return entry.mtime - 7 * SECOND


@dataclasses.dataclass(frozen=True)
class Case:
    """The tree, in an order in which it can be built, and who copies what."""

    seed: int
    entries: tuple
    options: tuple  # of words; those that belong together are one tuple
    operands: tuple
    user: str = "root"  # or "nobody"
    umask: int = 0o022
    environment: tuple = ()  # of pairs
    answers: str = ""
    locale: str = "C"
    last: bool = False  # the last option stands behind the operands

    def words(self):
        options = [list(option) for option in self.options]
        end = options.pop() if self.last and options else []
        dashes = ["--"] if any(operand.startswith("-") for operand in self.operands) and not end else []
        return [word for option in options for word in option] + dashes + list(self.operands) + end

    def has(self, letters, *words):
        """Is one of these options given?"""
        return given(self.options, letters, *words)


def is_letters(word):
    return word.startswith("-") and not word.startswith("--")


OWNERS = {"root": 0, "daemon": 1, "other": 1234, "shared": 100}  # `shared` is a group that an ordinary user is in, too
ACLS = {
    "one more may": "u::6 u:1234:6 g::0 m::6 o::4",
    "one may not": "u::6 u:1234:0 g::4 g:1234:2 m::7 o::4",
    "wide": "u::7 u:4321:7 g::5 m::7 o::5",
    "narrow": "u::7 g::0 o::0",
    "masked": "u::7 u:1234:7 g::7 m::1 o::0",
}

# --- chance ---


def pick(rng, *pairs):
    """One of them, by weight."""
    values, weights = zip(*pairs)
    return rng.choices(values, weights)[0]


def chance(rng, probability):
    return rng.random() < probability


PLAIN = ["a", "b", "c", "f", "g", "h"]
ODD = ["with space", "new\nline", "-dash", "--", "quo'te", 'dou"ble', "back\\slash", "$dollar", "tab\t", "*", "~", "#",
       "ümlaut", "日本", "\udcff\udcfe", "half\udcc3", "a~", "a.~1~", "b.old", ".hidden", "...", "a:b", "=", "\x01",
       "n" * 255, "ü" * 127, "m" * 254, "l" * 240]
TIMES = [(1000000000123456789, 40), (1000000000123456790, 5), (1000000001123456789, 10), (1100000000000000000, 20),
         (999999999999999999, 10), (5, 2), (-SECOND + 7, 2), (4000000000 * SECOND + 1, 3)]
FILE_MODES = [(0o644, 50), (0o600, 10), (0o755, 10), (0o444, 8), (0o400, 4), (0o000, 3), (0o4755, 3), (0o2755, 3),
              (0o6711, 2), (0o1644, 2), (0o666, 6), (0o777, 4), (0o066, 1), (0o200, 1)]
DIRECTORY_MODES = [(0o755, 50), (0o700, 10), (0o555, 8), (0o500, 4), (0o777, 6), (0o2775, 6), (0o1777, 5), (0o711, 3),
                   (0o311, 2), (0o000, 2), (0o6755, 1), (0o600, 1)]


def some_name(rng):
    return rng.choice(ODD) if chance(rng, 0.12) else rng.choice(PLAIN)


def some_size(rng):
    shape = pick(rng, ("empty", 15), ("short", 50), ("pages", 15), ("long", 10), ("longer", 2))
    return {"empty": 0, "short": rng.randrange(1, 200), "pages": rng.choice([4095, 4096, 4097, 8192, 12345]),
            "long": rng.randrange(30000, 140000), "longer": rng.randrange(200000, 400000)}[shape]


def some_holes(rng):
    return rng.choice(["hd", "dh", "hdh", "dhd", "h", "hhz", "dzd", "dhzhd"])


# --- the tree ---


class Tree:
    """Entries that fit together: nothing is added where it can't be."""

    def __init__(self, rng, user, specials):
        self.rng, self.user, self.specials = rng, user, specials
        self.entries = {}
        self.dressed = chance(rng, 0.35)  # with owners, ACLs and extended attributes

    def has_room(self, path):
        parent, _, name = path.rpartition("/")
        fits = path not in self.entries and len(path) < 2000 and len(name.encode(errors="surrogateescape")) < 256
        return fits and (not parent or (parent in self.entries and self.entries[parent].kind == DIRECTORY))

    def add(self, path, kind, **fields):
        if not self.has_room(path):
            return None
        self.entries[path] = Entry(path, kind, **fields)
        return path

    def add_some(self, path, kind=None):
        """An entry, whatever comes up; returns its path, or None."""
        if not self.has_room(path):
            return None
        kind = kind or pick(self.rng, (FILE, 60), (DIRECTORY, 25), (LINK, 12), (TWIN, 9), ("special", 5))
        if kind == "special":
            kind = self.rng.choice([FIFO, SOCKET, DEVICE]) if self.specials else FILE
        if kind == DEVICE and self.user != "root":
            kind = FIFO if self.specials else FILE
        return self.add(path, **self.fields(path, kind))

    def fields(self, path, kind):
        fields = {"kind": kind, "mtime": pick(self.rng, *TIMES)}
        if kind == TWIN:
            fields = self.twin_fields(path)
        elif kind == LINK:
            fields["target"] = self.some_target(path)
        elif kind == DIRECTORY:
            fields["mode"] = pick(self.rng, *DIRECTORY_MODES)
        else:
            fields["mode"] = pick(self.rng, *FILE_MODES)
        if kind == FILE or fields["kind"] == FILE:
            fields |= self.file_fields()
        return fields | (self.dress(kind) if fields["kind"] != TWIN else {})

    def linkable(self, path):
        """What it may be a link to: not a FIFO where a file may be written to."""
        unfit = (FIFO, TWIN) if path.startswith(("d", "there")) else ()
        return [entry.path for entry in self.entries.values() if entry.kind not in unfit]

    def twin_fields(self, path):
        others = [other for other in self.linkable(path) if self.entries[other].kind not in (DIRECTORY, TWIN)]
        if not others:
            return {"kind": FILE}
        near = [other for other in others if other.partition("/")[0] == path.partition("/")[0]]
        return {"kind": TWIN, "target": self.rng.choice(near if near and chance(self.rng, 0.8) else others)}

    def file_fields(self):
        if chance(self.rng, 0.06):
            return {"size": 65536 * self.rng.randrange(2, 5), "holes": some_holes(self.rng)}
        return {"size": some_size(self.rng)}

    def some_target(self, path):
        """The target of a link: never above the working directory."""
        up = path.count("/")
        back = "../" * self.rng.randint(0, up)
        others = self.linkable(path) or ["nowhere"]
        return pick(self.rng, (self.rng.choice(PLAIN), 30), ("../" * up + self.rng.choice(others), 25),
                    ("nowhere", 12), (WORK + "/" + self.rng.choice(others), 12), (path.rpartition("/")[2], 4),
                    (back + self.rng.choice(PLAIN), 12), (".", 3), (back.rstrip("/") or ".", 3), ("x" * 300, 1))

    def dress(self, kind):
        """Its owner, and what it has besides a mode."""
        if not self.dressed:
            return {}
        fields, rng = {}, self.rng
        if chance(rng, 0.3 if self.user == "root" else 0.12):
            fields["owner"] = rng.choice(["root", "daemon", "other"])
        if chance(rng, 0.3):
            fields["group"] = rng.choice(["root", "daemon", "other", "shared"])
        if kind in (FILE, DIRECTORY, TWIN) and chance(rng, 0.3):
            names = rng.sample(["user.colour", "user.shape", "user.empty", "trusted.secret"], rng.randint(1, 2))
            fields["xattrs"] = tuple((name, "" if name == "user.empty" else rng.choice(["blue", "round"]))
                                     for name in sorted(names))
        if kind != LINK and chance(rng, 0.15):
            fields["acl"] = rng.choice(list(ACLS))
        if kind == DIRECTORY and chance(rng, 0.2):
            fields["default_acl"] = rng.choice(list(ACLS))
        return fields

    def grow(self, top, budget):
        """A directory, and what is in it."""
        if not self.add_some(top, DIRECTORY):
            return
        directories = [top]
        for _ in range(budget):
            parent = self.rng.choice(directories)
            path = self.add_some(f"{parent}/{some_name(self.rng)}")
            if path and self.entries[path].kind == DIRECTORY:
                directories.append(path)

    def below(self, top):
        return [path for path in self.entries if path == top or path.startswith(top + "/")]


# --- the command line ---

BACKUPS = [(("-b",), 30), (("--backup",), 8), (("--backup=numbered",), 12), (("--backup=simple",), 8),
           (("--backup=existing",), 8), (("--backup=none",), 4), (("--backup=t",), 2), (("--backup=nonsense",), 1)]
ATTRIBUTES = ["mode", "ownership", "timestamps", "links", "xattr", "all", "mode,ownership",
              "mode,timestamps", "links,mode", "xattr,mode", "links,xattr"]
# Each with its probability; a function draws the words.
OPTIONS = [
    (0.28, lambda rng: ("-a",)),
    (0.06, lambda rng: ("-d",)),
    (0.10, lambda rng: ("-p",)),
    (0.06, lambda rng: ("-L",)),
    (0.05, lambda rng: ("-P",)),
    (0.05, lambda rng: ("-H",)),
    (0.06, lambda rng: ("-l",)),
    (0.05, lambda rng: ("-s",)),
    (0.13, lambda rng: pick(rng, *BACKUPS)),
    (0.03, lambda rng: rng.choice([("-S", ".bak"), ("--suffix=.s",), ("-S", "a/b"), ("-S", "")])),
    (0.06, lambda rng: ("--parents",)),
    (0.03, lambda rng: rng.choice([("-x",), ("--one-file-system",)])),
    (0.04, lambda rng: ("--attributes-only",)),
    (0.02, lambda rng: ("--copy-contents",)),
    (0.08, lambda rng: ("--remove-destination",)),
    (0.03, lambda rng: ("--strip-trailing-slashes",)),
    (0.12, lambda rng: (f"--preserve={rng.choice(ATTRIBUTES)}",)),
    (0.07, lambda rng: (f"--no-preserve={rng.choice(ATTRIBUTES)}",)),
    (0.05, lambda rng: rng.choice([("-i",), ("--interactive",)])),
    (0.05, lambda rng: rng.choice([("-n",), ("--no-clobber",)])),
    (0.07, lambda rng: rng.choice([("-u",), ("--update",)])),
    (0.08, lambda rng: rng.choice([("-f",), ("--force",)])),
    (0.25, lambda rng: rng.choice([("-v",), ("--verbose",)])),
    (0.04, lambda rng: (f"--sparse={rng.choice(['auto', 'always', 'never'])}",)),
    (0.03, lambda rng: (f"--reflink={rng.choice(['auto', 'never', 'always'])}",)),
    (0.02, lambda rng: rng.choice([("-pR",), ("-rp",), ("-bf",), ("-fv",), ("-dp",), ("-rL",)])),
]
# Of a reference that knows these.
NEWER = [
    (0.06, lambda rng: (f"--update={rng.choice(['all', 'none', 'older'])}",)),
]


def some_options(rng, newer):
    options = [draw(rng) for probability, draw in OPTIONS + (NEWER if newer else []) if chance(rng, probability)]
    if chance(rng, 0.72):
        options.append(rng.choice([("-r",), ("-R",), ("--recursive",)]))
    rng.shuffle(options)
    return options


def given(options, letters, *words):
    """One of these letters, maybe among others, or of these words, maybe with a value."""
    return any(option[0] in words or option[0].split("=")[0] in words
               or (is_letters(option[0]) and set(option[0]) & set(letters)) for option in options)


# --- cases ---


class Maker:
    """Draws one case."""

    def __init__(self, seed, newer=False):
        self.rng = random.Random(seed)
        self.seed = seed
        self.user = pick(self.rng, ("root", 60), ("nobody", 40))
        self.options = some_options(self.rng, newer)
        # A FIFO that is read, or written to, would block.
        reads_all = given(self.options, "", "--copy-contents")
        self.recursive = given(self.options, "raR", "--recursive", "--archive") and not reads_all
        self.tree = Tree(self.rng, self.user, self.recursive)

    def make(self):
        sources = self.make_sources()
        self.make_surroundings()
        operands = self.make_operands(sources)
        destination = self.make_destination(sources, len(operands))
        return Case(self.seed, tuple(self.tree.entries.values()), tuple(self.options), tuple(operands + destination),
                    **self.circumstances())

    def make_sources(self):
        """Trees, files and links that become operands."""
        sources = []
        for _ in range(pick(self.rng, (1, 60), (2, 25), (3, 15))):
            top = self.some_top()
            if self.rng.random() < (0.75 if self.recursive else 0.35):
                self.tree.grow(top, pick(self.rng, (0, 5), (2, 20), (6, 40), (14, 30), (30, 5)))
            else:
                self.tree.add_some(top, pick(self.rng, (FILE, 70), (LINK, 20), (TWIN, 10)))
            sources.append(top)
        sources = [source for source in sources if source in self.tree.entries]
        return sources if chance(self.rng, 0.1) else list(dict.fromkeys(sources))

    def some_top(self):
        """The name of an operand: at the top, or with a name that another has, too."""
        if chance(self.rng, 0.25):
            parent = self.rng.choice(["in", "also"])
            self.tree.add(parent, DIRECTORY, mode=0o755)
            return f"{parent}/{self.rng.choice(['s', 't'])}"
        return self.rng.choice(ODD) if chance(self.rng, 0.06) else self.rng.choice(["s", "s", "t", "u"])

    def make_surroundings(self):
        """What links lead to: outside of what is copied."""
        if chance(self.rng, 0.3):
            self.tree.add("e", DIRECTORY, mode=0o755)
            self.tree.add_some("e/file", FILE)
            self.tree.add("e/g", DIRECTORY, mode=0o755)
            self.tree.add_some("e/g/a", FILE)

    # --- sources ---

    def make_operands(self, sources):
        operands = []
        for source in sources:
            inner = [path for path in self.tree.below(source) if path != source]
            if inner and chance(self.rng, 0.12):
                source = self.rng.choice(inner)
            operands.append(self.spell(source))
        if chance(self.rng, 0.05) and operands:
            operands.append(self.rng.choice(operands))
        if chance(self.rng, 0.04):
            operands.insert(0, self.rng.choice(["missing", "missing/", "", "s/missing", "s/a/b/c"]))
        return operands

    def spell(self, path):
        """A name of that kind, out of many."""
        known = self.tree.entries.get(path)
        slashes = 1 if known and known.kind != FILE else 0.1
        name = pick(self.rng, (path, 75), (path + "/", 7 * slashes), (path + "/.", 6 * slashes), (path + "//", slashes),
                    ("./" + path, 4), (path + "/..", 0.5 * slashes), (path.replace("/", "//"), 2),
                    (path + "/./", slashes))
        absolute = 0.6 if given(self.options, "s", "--symbolic-link") else 0.06
        # With --parents, it would be about directories that the next case has, too.
        if chance(self.rng, absolute) and not given(self.options, "", "--parents"):
            return f"{WORK}/{name}"
        return name

    # --- destination ---

    def make_destination(self, sources, count):
        """Lays out what exists, and returns the operand, if it isn't one of an option."""
        kind = pick(self.rng, ("absent", 22), ("empty", 15), ("merged", 40), ("file", 5), ("link", 6), ("itself", 4),
                    ("inside", 3), ("none", 1))
        way = pick(self.rng, ("plain", 84), ("-t", 8), ("-T", 8 if count == 1 else 1))
        if kind == "none":
            return []
        if (count > 1 or way == "-t" or given(self.options, "", "--parents")) and chance(self.rng, 0.9):
            kind = {"absent": "empty", "file": "merged"}.get(kind, kind)
        if kind in ("itself", "inside"):
            path = self.spell(self.rng.choice(self.tree.below(self.rng.choice(sources)))) if sources else "d"
            return self.aim(way, path + (f"/{self.rng.choice(PLAIN)}" if kind == "inside" else ""))
        if kind == "file":
            self.tree.add_some("d", self.rng.choice([FILE, TWIN]))
        elif kind == "link":
            self.link_destination()
        elif kind != "absent":
            self.tree.add("d", DIRECTORY, mode=pick(self.rng, (0o755, 80), *DIRECTORY_MODES))
            if self.tree.dressed and chance(self.rng, 0.2):
                self.tree.entries["d"] = dataclasses.replace(
                    self.tree.entries["d"], default_acl=self.rng.choice(list(ACLS)))
        if kind == "merged":
            self.merge(sources)
        fits = 3 if count == 1 and way != "-t" else 0.2
        return self.aim(way, pick(self.rng, ("d", 80), ("d/", 10), ("./d", 3), ("d/.", 2), ("d/new", fits),
                                  (f"{WORK}/d", 2), ("d/no/such", 0.5)))

    def link_destination(self):
        target = pick(self.rng, ("there", 60), ("nowhere", 12), ("d", 5),
                      (self.rng.choice(list(self.tree.entries) or ["e"]), 25))
        if target == "there" and chance(self.rng, 0.6):
            self.tree.add("there", DIRECTORY, mode=0o755)
            self.tree.add_some("there/a")
        elif target == "there":
            self.tree.add_some("there", FILE)
        self.tree.add("d", LINK, target=target)

    def aim(self, way, destination):
        """Adds -t and -T, or returns an operand."""
        if way == "-t":
            self.options.append(self.rng.choice([("-t", destination), (f"--target-directory={destination}",)]))
            return []
        if way == "-T":
            self.options.append(self.rng.choice([("-T",), ("--no-target-directory",)]))
        return [destination]

    def merge(self, sources):
        """Some of what will be copied exists already, as it was or as something else."""
        for source in sources:
            if given(self.options, "", "--parents"):
                self.add_parents("d", source)
                top = f"d/{source}"
            else:
                top = pick(self.rng, (f"d/{source.rpartition('/')[2]}", 70), ("d", 30))
            for path in self.tree.below(source):
                if chance(self.rng, 0.55):
                    self.clash(path, top + path[len(source):])
        directories = [path for path in self.tree.below("d") if self.tree.entries[path].kind == DIRECTORY]
        for _ in range(self.rng.choice([0, 0, 2])):
            if directories:
                self.add_old(f"{self.rng.choice(directories)}/{some_name(self.rng)}", FILE)

    def add_parents(self, top, path):
        for i, letter in enumerate(path):
            if letter == "/" and chance(self.rng, 0.7):
                self.tree.add_some(f"{top}/{path[:i]}", DIRECTORY)

    def clash(self, source, path):
        """What is already where an entry will be copied to."""
        kind = self.tree.entries[source].kind
        same = FILE if kind == TWIN else kind
        removed = given(self.options, "", "--remove-destination")
        if same in (FIFO, SOCKET, DEVICE) and not removed:
            same = FILE
        choice = pick(self.rng, (same, 70 if same != LINK else 20), (FILE, 8), (DIRECTORY, 4), (LINK, 12), (TWIN, 6),
                      ("itself", 3), ("to itself", 3))
        if choice == "itself" and kind not in (DIRECTORY, TWIN):
            self.tree.add(path, TWIN, target=source)
        elif choice == "to itself":
            self.tree.add(path, LINK, target=f"{WORK}/{source}")
        else:
            self.add_old(path, choice)
        if chance(self.rng, 0.08):
            self.add_old(path + self.rng.choice(["~", ".~1~", ".~2~"]), FILE)

    def add_old(self, path, kind):
        if kind == TWIN:
            others = [p for p in self.tree.below("d") if self.tree.entries[p].kind == FILE]
            if others:
                return self.tree.add(path, TWIN, target=self.rng.choice(others))
        if kind == "itself":
            kind = FILE
        return self.tree.add_some(path, kind)

    # --- what else matters ---

    def circumstances(self):
        rng, environment = self.rng, []
        backup = given(self.options, "bS", "--backup", "--suffix")
        if chance(rng, 0.05):
            environment.append(("POSIXLY_CORRECT", "1"))
        if chance(rng, 0.25 if backup else 0.01):
            environment.append(("SIMPLE_BACKUP_SUFFIX", rng.choice([".old", "", "/"])))
        if chance(rng, 0.25 if backup else 0.01):
            control = rng.choice(["numbered", "existing", "simple", "none", "nonsense", ""])
            environment.append(("VERSION_CONTROL", control))
        return {"user": self.user, "umask": pick(rng, (0o022, 70), (0o077, 10), (0, 10), (0o027, 10)),
                "environment": tuple(environment), "answers": self.some_answers(),
                "locale": pick(rng, ("C", 85), ("C.UTF-8", 15)), "last": chance(rng, 0.1)}

    def some_answers(self):
        """Different answers only where the order of the questions is that of the operands."""
        if not given(self.options, "i", "--interactive"):
            return ""
        if not self.recursive and chance(self.rng, 0.5):
            return "".join(self.rng.choice(["y\n", "n\n", "Yes\n", "\n", "no\n"]) for _ in range(6))
        return pick(self.rng, ("y\n" * 60, 50), ("n\n" * 60, 30), ("", 10), ("y\n", 5 if not self.recursive else 0))


def make(seed, newer=False):
    return Maker(seed, newer).make()
