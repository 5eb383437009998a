"""One reader for each option's value, from a text (command line, environment) or from a value of TOML.

Left out: where values come from and which wins (`options`).
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from .durations import parse_duration
from .errors import OptionsError
from .keep import Keep, parse_keep

_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def number(value: Any) -> float:
    """Raises: OptionsError for what is no finite number."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise OptionsError(f"{value!r} is no number", 'write it like "4" or "0.5"')
    return found


def whole(value: Any) -> int:
    """Raises: OptionsError."""
    found = number(value)
    if found != int(found):
        raise OptionsError(f"{value!r} is no whole number", 'write it like "1"')
    return int(found)


def switch(value: Any) -> bool:
    """Raises: OptionsError.

    >>> switch("yes"), switch(False)
    (True, False)
    """
    text = str(value).strip().lower()
    if text not in _YES | _NO:
        raise OptionsError(f"{value!r} is neither yes nor no", "write true or false")
    return text in _YES


def seconds(value: Any) -> int:
    """A duration's; from Python a number of seconds too.

    Raises: OptionsError.
    """
    return parse_duration(value) if isinstance(value, str) else whole(value)


def text(value: Any) -> str:
    """Raises: OptionsError for what is no text."""
    if not isinstance(value, str) or not value.strip():
        raise OptionsError(f"{value!r} is no text", "write a text that is not empty")
    return value.strip()


def path(value: Any) -> str:
    """A path as it was said; names may begin and end with spaces."""
    return str(value)


def python(value: Any) -> str:
    """A version cut to two parts.

    >>> python("3.12.4"), python(3.12)
    ('3.12', '3.12')
    """
    return ".".join(str(value).strip().split(".")[:2])


def mail(value: Any) -> str:
    """Raises: OptionsError for what is no address."""
    if not _MAIL.fullmatch(text(value)):
        raise OptionsError(f"{value!r} is no mail address", 'write it like "ada@example.org"')
    return text(value)


def keep(value: Any) -> tuple[Keep, ...]:
    """Raises: OptionsError."""
    if isinstance(value, str):
        return parse_keep(value)
    return parse_keep(",".join(str(part) for part in value))


def paths(value: Any) -> tuple[str, ...]:
    """One path or several, with `/` between their parts."""
    found = (value,) if isinstance(value, str) else tuple(value)
    return tuple(str(one).replace("\\", "/").removeprefix("./") for one in found)


def env(value: Any) -> dict[str, str]:
    """A table, or "NAME=value" texts with commas or as a list.

    >>> env("MODE=fast,SEED=7")
    {'MODE': 'fast', 'SEED': '7'}

    Raises: OptionsError.
    """
    if isinstance(value, Mapping):
        pairs = [(str(name), str(said)) for name, said in value.items()]
    else:
        parts = value.split(",") if isinstance(value, str) else list(value)
        split = [str(part).partition("=") for part in parts if str(part).strip()]
        pairs = [(name.strip() if equals else "", said) for name, equals, said in split]
    for name, _ in pairs:
        if not _NAME.fullmatch(name):
            raise OptionsError(f"{value!r} is no NAME=value", "write it like --env MODE=fast")
    return dict(pairs)


PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "project": path, "input": path, "output": path, "engine": text, "vcpus": number, "memory_gb": number,
    "gpus": whole, "spot": switch, "timeout_s": seconds, "max_cost": number, "keep": keep, "entry": text,
    "python": python, "region": text, "profile": text, "allow_secrets": paths, "replace": switch, "sample": path,
    "notify": mail, "env": env,
}  # fmt: skip
