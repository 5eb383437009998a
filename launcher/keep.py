"""What a person asked to keep after a run, by name: "bucket,image,instance:30m".

Left out: the keeping itself (`plan`, `sweep`).
"""

from collections.abc import Iterable
from typing import NamedTuple

from .durations import parse_duration, show_duration
from .errors import OptionsError

KINDS = ("bucket", "image", "instance", "logs")
"""The run's objects in the bucket, its image in ECR, its machine (for a time, since it costs money), its log."""


class Keep(NamedTuple):
    """One kind, and for how many seconds; None is until somebody removes it."""

    what: str
    for_s: int | None = None

    def __str__(self) -> str:
        return self.what if self.for_s is None else f"{self.what}:{show_duration(self.for_s)}"


def parse_keep(text: str) -> tuple[Keep, ...]:
    """Kinds with commas between, each once, some with a duration.

    >>> parse_keep("image, instance:30m")
    (Keep(what='image', for_s=None), Keep(what='instance', for_s=1800))

    Raises: OptionsError, also for a machine without an end.
    """
    found = tuple(_one(part.strip()) for part in text.split(",") if part.strip())
    kinds = [keep.what for keep in found]
    if twice := {kind for kind in kinds if kinds.count(kind) > 1}:
        raise OptionsError(f"--keep names {', '.join(sorted(twice))} twice", "name it once")
    return found


def _one(part: str) -> Keep:
    what, colon, duration = part.partition(":")
    if what not in KINDS:
        raise OptionsError(f"--keep knows no {what!r}", f"name one of {', '.join(KINDS)}")
    if what == "instance" and not colon:
        raise OptionsError("--keep instance has no end, and a machine costs money", 'say how long: "instance:30m"')
    return Keep(what, parse_duration(duration) if colon else None)


def kept(keep: Iterable[Keep], what: str) -> bool:
    """Whether a kind is to be kept."""
    return any(one.what == what for one in keep)
