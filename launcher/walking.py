"""The files of a folder that go along, in order of their paths, each read once for its hash and for secrets.

A link is followed where it stays inside the folder and refused where it leaves it: what it names is not on the other
machine. Empty folders do not travel. Left out: what is to be left out (`ignoring`), and what a secret is (`guard`).
"""

import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from . import guard
from .errors import ProjectError
from .ignoring import Layers
from .manifest import File, unsafe

_LEAVE_OUT = "name it in .launchignore to leave it out"
_CHUNK_BYTES = 1 << 20


class Found(NamedTuple):
    """A path below the root, and whether a link is on the way to it."""

    path: str
    linked: bool = False


class Read(NamedTuple):
    """A file, and why it looks like a secret, if it does."""

    file: File
    secret: str | None


def paths(root: str, layers: Layers) -> Iterator[Found]:
    """The paths below a folder that are not left out, with `/` between their parts, sorted within each folder.

    Raises: ProjectError for what cannot travel: a link to the outside, a pipe, a name that is no UTF-8.
    """
    yield from _folder(root, "", layers.within(root, ""), (os.path.realpath(root),), linked=False)


def _folder(root: str, base: str, layers: Layers, chain: tuple[str, ...], *, linked: bool) -> Iterator[Found]:
    """Those below `base`; `chain` is the real paths of the folders around it, for links that go in circles."""
    for entry in _listed(os.path.join(root, base), base):
        path, by_link = base + entry.name, linked or entry.is_symlink()
        is_folder = _is_folder(entry)
        if layers.leaves_out(path + "/" if is_folder else path) or (is_folder and layers.skips(entry.path)):
            continue
        _check(entry, path, chain[0])
        if not is_folder:
            yield Found(path, by_link)
        else:
            real = os.path.realpath(entry.path)
            if real in chain:
                raise ProjectError(f"the link {path!r} goes in a circle", _LEAVE_OUT)
            yield from _folder(root, path + "/", layers.within(root, path + "/"), (*chain, real), linked=by_link)


def _listed(folder: str, base: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise ProjectError(f"the folder {base or folder!r} cannot be read: {error.strerror}", _LEAVE_OUT) from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _check(entry: os.DirEntry[str], path: str, real_root: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise ProjectError(f"the name {path!r} is no UTF-8", "rename it, or " + _LEAVE_OUT) from error
    if why := unsafe(path):
        raise ProjectError(f"the name {path!r} {why}", "rename it, or " + _LEAVE_OUT)
    if entry.is_symlink():
        _check_link(entry.path, path, real_root)
    elif not entry.is_dir() and not entry.is_file():  # a pipe, whose reader would wait for ever
        raise ProjectError(f"{path!r} is neither a file nor a folder", _LEAVE_OUT)


def _check_link(where: str, path: str, real_root: str) -> None:
    real = os.path.realpath(where)
    if not os.path.exists(real):
        raise ProjectError(f"the link {path!r} names nothing that is there", "mend it, or " + _LEAVE_OUT)
    if os.path.commonpath([real, real_root]) != real_root:
        raise ProjectError(f"the link {path!r} leaves the folder", "copy what it names, or " + _LEAVE_OUT)
    if not os.path.isdir(real) and not os.path.isfile(real):
        raise ProjectError(f"{path!r} is neither a file nor a folder", _LEAVE_OUT)


def read(root: str, named: Found) -> Read:
    """A file's hash and size, from one reading.

    Raises: ProjectError for one that cannot be read.
    """
    path = named.path
    where = os.path.join(root, path)
    try:
        with open(where, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            head = file.read(guard.HEAD_BYTES)
            found, size = sha256(head), len(head)
            while len(head) == guard.HEAD_BYTES and (chunk := file.read(_CHUNK_BYTES)):
                found.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise ProjectError(f"{path!r} cannot be read: {error.strerror}", "mend it, or " + _LEAVE_OUT) from error
    secret = guard.by_name(path) or (_of_target(root, path) if named.linked else None) or guard.by_content(head)
    return Read(File(path, found.hexdigest(), size, bool(mode & stat.S_IXUSR)), secret)


def _of_target(root: str, path: str) -> str | None:
    """Why what a link names looks like a secret: `settings` may be a link to `.env`."""
    real, real_root = os.path.realpath(os.path.join(root, path)), os.path.realpath(root)
    return guard.by_name(os.path.relpath(real, real_root))
