"""What a project needs, as the bytes of one file that stands for itself: its hash names the environment and the image.

requirements.txt, with the files that it names by -r and -c in their place; without one, the dependencies under
[project] in pyproject.toml; else nothing. Left out: installing them (the engines).
"""

import os
import re
import tomllib

from .errors import ProjectError, SecretError
from .guard import Allowed, in_requirements

NAME = "requirements.txt"
_NESTED = re.compile(r"\s*(?:-r|--requirement)(?:\s+|=|(?<=-r))(?P<path>[^\s#]+)")
_LOCAL = re.compile(r"\s*(?:-e\b|--editable\b|-c\b|--constraint\b|\.{0,2}/|file:|\S+\s*@\s*file:|[A-Za-z]:\\)")


def gather(root: str, allowed: Allowed) -> bytes:
    """The requirements of the project at `root`.

    Raises: ProjectError for one that only this machine could install, SecretError for a password in an address.
    """
    path = os.path.join(root, NAME)
    if not os.path.lexists(path):
        return _of_pyproject(os.path.join(root, "pyproject.toml"))
    content = "".join(_lines(root, path, ())).encode()
    if (why := in_requirements(content)) and NAME not in allowed:
        raise SecretError([(NAME, why)])
    return content


def _lines(root: str, path: str, around: tuple[str, ...]) -> list[str]:
    shown = os.path.relpath(path, root)
    if path in around:
        raise ProjectError(f"{shown} names itself by -r", "remove that line")
    found: list[str] = []
    for line in _text(path, shown).splitlines():
        if nested := _NESTED.match(line):
            inner = os.path.normpath(os.path.join(os.path.dirname(path), nested["path"]))
            found += _lines(root, inner, (*around, path))
        elif _LOCAL.match(line):
            raise ProjectError(
                f"{shown} needs what is on this machine only: {line.strip()!r}",
                "name a published package and its version; code of your own belongs into the project's folder",
            )
        else:
            found.append(line.rstrip() + "\n")
    return found


def _text(path: str, shown: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise ProjectError(f"{shown} cannot be read: {error}", "mend the file") from error


def _of_pyproject(path: str) -> bytes:
    if not os.path.lexists(path):
        return b""
    try:
        needs = tomllib.loads(_text(path, "pyproject.toml")).get("project", {}).get("dependencies", [])
    except (ValueError, AttributeError) as error:
        raise ProjectError(f"pyproject.toml cannot be read: {error}", "mend the file") from error
    if not isinstance(needs, list) or not all(isinstance(need, str) for need in needs):
        raise ProjectError("project.dependencies of pyproject.toml is no list of texts", "mend the file")
    return "".join(need + "\n" for need in needs).encode()
