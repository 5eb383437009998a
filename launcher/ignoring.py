"""Which files of a folder stay home: .launchignore over .gitignore over a short list of what is never wanted.

Both files are read in every folder, a deeper one wins, and `!name` takes back; git's own rules, matched by pathspec
(https://git-scm.com/docs/gitignore). As in git, nothing below a folder that is left out can be taken back.
Left out: git's global excludes, which are one person's and not the project's.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple

from pathspec import GitIgnoreSpec, RegexPattern

from .errors import ProjectError

_FOLDER = "ps_d"
_NEVER = frozenset({".git", ".hg", ".svn"})
_USUAL = """
__pycache__/
*.py[co]
.venv/
.mypy_cache/
.pytest_cache/
.ruff_cache/
.tox/
.nox/
.ipynb_checkpoints/
node_modules/
*.egg-info/
.DS_Store
Thumbs.db
"""


class Rules(NamedTuple):
    """The patterns of one file, for paths below `base`: empty for the root, or with `/` at its end.

    `prefix` is what paths lack for a file that stands above the root.
    """

    spec: GitIgnoreSpec
    base: str = ""
    prefix: str = ""


USUAL = Rules(GitIgnoreSpec.from_lines(_USUAL.split("\n")))


class Layers(NamedTuple):
    """What holds in one folder, the strongest first; of data (`code` False) only .launchignore leaves something out."""

    launch: tuple[Rules, ...] = ()
    git: tuple[Rules, ...] = ()
    code: bool = True

    def leaves_out(self, path: str) -> bool:
        """Whether a path (from the root, a folder's with `/` at its end) stays home."""
        for rules in (*self.launch, *self.git, *((USUAL,) if self.code else ())):
            told = _told(rules, path)
            if told is not None:
                return told
        return False

    def within(self, root: str, base: str) -> "Layers":
        """The layers of the folder `base` below `root`, where it may have files of its own.

        Raises: ProjectError for a file that cannot be read.
        """
        launch = _read(os.path.join(root, base, ".launchignore"), base)
        git = _read(os.path.join(root, base, ".gitignore"), base) if self.code else ()
        return Layers((*launch, *self.launch), (*git, *self.git), self.code) if launch or git else self

    def skips(self, folder: str) -> bool:
        """Whether a folder, whatever the patterns say, is of no use elsewhere: a history, or an environment."""
        name = os.path.basename(folder)
        return self.code and (name in _NEVER or os.path.lexists(os.path.join(folder, "pyvenv.cfg")))


def above(root: str) -> Layers:
    """What the git repository around `root` says of it: its exclude file and every .gitignore from its top down.

    A project inside a folder that git ignores is named on purpose, so nothing of it is left out for that.
    """
    parents, top = _to_repository(root)
    if top is None:
        return Layers()
    inner = os.path.relpath(root, top).replace(os.sep, "/")
    prefix = "" if inner == "." else inner + "/"
    found = list(_read(os.path.join(top, ".git", "info", "exclude"), ""))
    for parent in parents:
        base = os.path.relpath(parent, top).replace(os.sep, "/")
        found = [*_read(os.path.join(parent, ".gitignore"), "" if base == "." else base + "/"), *found]
    if prefix and any(_told(rules, prefix) for rules in found):
        return Layers()
    return Layers(git=tuple(Rules(rules.spec, "", prefix.removeprefix(rules.base)) for rules in found))


def _to_repository(root: str) -> tuple[Sequence[str], str | None]:
    """The folders from the repository's top to above `root`, and the top; no top where there is no repository."""
    path, parents = root, list[str]()
    while not os.path.lexists(os.path.join(path, ".git")):
        if (parent := os.path.dirname(path)) == path:
            return (), None
        path = parent
        parents.insert(0, path)
    return parents, path


def _told(rules: Rules, path: str) -> bool | None:
    """True to leave out, False to take, None for no word: of the patterns that name the path the last one tells."""
    asked = rules.prefix + path.removeprefix(rules.base)
    for pattern in reversed(rules.spec.patterns):
        if pattern.include is not None and isinstance(pattern, RegexPattern) and _names(pattern, asked):
            return pattern.include
    return None


def _names(pattern: RegexPattern, path: str) -> bool:
    """Whether a pattern names a path itself; pathspec's match is true below a folder that it names, too.

    That is right for who asks for files alone. Here every folder was asked about before what is in it, as in git, where
    `data/**` and `!data/keep.csv` keep that file, since the first names all in `data` but not `data`. pathspec marks
    the slash after a folder's name by the group `ps_d`; patterns that end in `/**` have neither that nor an end.
    """
    regex = pattern.regex
    if regex is None:
        return False
    if _FOLDER not in regex.groupindex:
        found = regex.search(path)
        return found is not None and not (path.endswith("/") and found.end() == len(path))
    return any(found.end(_FOLDER) in (-1, len(path)) for found in regex.finditer(path))


def _read(path: str, base: str) -> tuple[Rules, ...]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return (Rules(GitIgnoreSpec.from_lines(file.read().splitlines()), base),)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ()
    except (OSError, ValueError) as error:
        raise ProjectError(f"{path} cannot be read: {error}", "mend the file, or remove it") from error
