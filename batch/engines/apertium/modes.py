"""Which programs translate a direction: the .mode files of the installed language pairs, and the way to English.

A .mode file is a line of shell, `lt-proc 'a.bin' | apertium-tagger -g $2 'b.prob' | ... | lt-proc $1 'c.bin'`. It is
read, not run: no shell takes part. Left out: running the programs (`chain`).
"""

import hashlib
import re
import shlex
import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ...errors import EngineError

MODES = Path("/usr/share/apertium/modes")
ENGLISH = "en"
_PIVOTS = ("es", "ca")
"""What one goes through, the better known first: Spanish, then Catalan."""
_TWO_LETTERS = {
    "eng": "en", "spa": "es", "cat": "ca", "fra": "fr", "por": "pt", "ita": "it", "deu": "de", "glg": "gl", "eus": "eu",
    "epo": "eo", "oci": "oc", "arg": "an", "ron": "ro", "isl": "is", "mkd": "mk", "hbs": "sh", "bul": "bg", "cym": "cy",
    "bre": "br", "nld": "nl", "afr": "af", "swe": "sv", "dan": "da", "nob": "nb", "nno": "nn", "rus": "ru", "ukr": "uk",
    "bel": "be", "pol": "pl", "slv": "sl", "mlt": "mt", "ara": "ar", "hin": "hi", "urd": "ur", "srd": "sc",
}  # fmt: skip
_NAME = re.compile(r"([a-z]{2,3})-([a-z]{2,3})")
"""A pair's plain mode; variants such as cat-eng_US and eco-fr-es have longer names."""


class Mode(NamedTuple):
    """One direction: its `name` as installed, and each program with its arguments, ready for null flush."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    digest: str  # 12 hexadecimal digits of the SHA-256 of the mode and of all its data


def routes(modes: Path = MODES) -> dict[str, tuple[str, ...]]:
    """Language to the languages on its way, as `{"es": ("es", "en"), "fr": ("fr", "es", "en")}`."""
    pairs = set(_installed(modes))
    direct: dict[str, tuple[str, ...]] = {source: (source, ENGLISH) for source, target in pairs if target == ENGLISH}
    pivots = [*(p for p in _PIVOTS if p in direct), *sorted(direct.keys() - set(_PIVOTS))]
    through: dict[str, tuple[str, ...]] = {
        source: (source, pivot, ENGLISH)
        for pivot in reversed(pivots)
        for source, target in pairs
        if target == pivot and source != ENGLISH
    }
    return through | direct


def modes_of(route: tuple[str, ...], modes: Path = MODES) -> list[Mode]:
    """The modes of a route, in order.

    Raises: EngineError where a program or a file of one is not there.
    """
    installed = _installed(modes)
    return [read(installed[pair]) for pair in pairwise(route)]


def read(path: Path) -> Mode:
    """One .mode file, with the marks of unknown words on and null flush on every program.

    Raises: EngineError.
    """
    text = path.read_text(encoding="utf-8")
    commands: list[list[str]] = [[]]
    for word in shlex.split(text):
        match word:
            case "|":
                commands.append([])
            case "$1":  # how unknown words are shown: -g marks them
                commands[-1].append("-g")
            case "$2":  # an option of the tagger that nobody wants
                pass
            case _:
                commands[-1].append(word)
    found = [(_program(path, command), "-z", *command[1:]) for command in commands]
    return Mode(path.stem, tuple(found), _digest(path, text, found))


@cache
def program_versions() -> str:
    """Of the two packages that hold the programs, as `3.8.3 3.7.1`; empty where they do not say."""
    return " ".join(filter(None, (_said("apertium", "-V"), _said("lt-proc", "-V"))))


def _installed(modes: Path) -> dict[tuple[str, str], Path]:
    """(source, target) in two letters to the file."""
    matches = ((_NAME.fullmatch(path.stem), path) for path in sorted(modes.glob("*.mode")))
    return {(_code(match[1]), _code(match[2])): path for match, path in matches if match}


def _code(language: str) -> str:
    return _TWO_LETTERS.get(language, language)


def _program(path: Path, command: list[str]) -> str:
    program = shutil.which(command[0]) if command else None
    if program is None:
        raise EngineError(
            f"apertium {path.stem} needs {command[0] if command else 'a program'}, which is not installed"
        )
    return program


def _digest(path: Path, text: str, commands: list[tuple[str, ...]]) -> str:
    hashed = hashlib.sha256(text.encode())
    for argument in (argument for command in commands for argument in command[2:] if "/" in argument):
        try:
            hashed.update(_file_digest(argument))
        except OSError as error:
            raise EngineError(f"apertium {path.stem} needs {argument}: {error.strerror}") from error
    return hashed.hexdigest()[:12]


@cache
def _file_digest(path: str) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _said(*command: str) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, check=False, timeout=10, stdin=subprocess.DEVNULL)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(rb"\d+\.\d+(?:\.\d+)?", answer.stdout + answer.stderr)
    return match[0].decode() if match else ""
