"""The teardown receipt: what was looked at, what was removed, what stays and why; as JSON and for a person.

Left out: how it came about (`sweep`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from .inventory import BY_TITLE


@dataclass(frozen=True)
class Removed:
    """One resource that is gone; `steps` are what was done, in order."""

    kind: str
    name: str
    run: str | None
    found_by: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """One resource that is there still, and why."""

    kind: str
    name: str
    run: str | None
    why: str

    @property
    def costs(self) -> bool:
        kind = BY_TITLE.get(self.kind)
        return kind is None or kind.costs


@dataclass(frozen=True)
class Teardown:
    """What a sweep proves; `looked` has how many the last list of each kind showed."""

    account: str
    region: str
    ended_s: float
    """Seconds since 1970."""
    removed: tuple[Removed, ...]
    kept: tuple[Left, ...]
    """On purpose."""
    left: tuple[Left, ...]
    looked: Mapping[str, int]
    unseen: Mapping[str, str]

    @property
    def clean(self) -> bool:
        """Whether nothing is left but what was kept on purpose, and every service let itself be listed."""
        return not self.left and not self.unseen

    def to_json(self) -> str:
        plain: dict[str, Any] = {"version": 1, "clean": self.clean, **asdict(self), "ended": _when(self.ended_s)}
        return json.dumps(plain, indent=1, ensure_ascii=False)

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield f"Teardown receipt, account {self.account}, {self.region}, {_when(self.ended_s)}"
        for one in self.removed:
            yield f"  removed  {one.kind} {one.name}: {', '.join(one.steps)} (found by {' and '.join(one.found_by)})"
        for stays in self.kept:
            yield f"  kept     {stays.kind} {stays.name}: {stays.why}"
        for stays in self.left:
            yield f"  LEFT     {stays.kind} {stays.name}{' (costs money)' if stays.costs else ''}: {stays.why}"
        for kind, why in self.unseen.items():
            yield f"  UNSEEN   {kind}: {why}"
        yield f"Listed by tag and by name: {', '.join(f'{kind} {seen}' for kind, seen in self.looked.items())}."
        yield self._verdict()

    def _verdict(self) -> str:
        if self.clean:
            rest = f" but {len(self.kept)} kept on purpose" if self.kept else ""
            return f"Nothing is left{rest}; {len(self.removed)} removed."
        return f"{len(self.left)} left, {len(self.unseen)} kinds not seen; {len(self.removed)} removed."


def _when(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
