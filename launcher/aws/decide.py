"""Of all that is there: what goes, what stays and why. Pure: an inventory in, a decision out.

What stays: runs that go on (unless they were named), what --keep names, and what another run needs of that which runs
share. Left out: the order of removal (`sweep`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ..errors import UnknownRun
from ..keep import Keep, kept
from ..names import PREFIX, RUN_ID
from .inventory import BY_TITLE, OTHER, Inventory
from .kept import Kept
from .kinds.kind import Found, Stage

_STARTING_S = 3600
"""How long a run may take from its id to its job, by its files and its image, before it is taken for dead."""
_STOPPING = ("DELETE_IN_PROGRESS", "DELETE_FAILED")


@dataclass(frozen=True)
class Wanted:
    """What is to go: runs by name or, with None, everything of every run."""

    runs: frozenset[str] | None = None
    keep: tuple[Keep, ...] = ()
    """Besides what the notes in the bucket keep."""
    going: bool = False
    """Also runs that go on; those that are named go in any case."""
    noted: bool = True
    """Whether the notes in the bucket are respected."""


@dataclass(frozen=True)
class Stays:
    """One resource that is not removed, and why; `on_purpose` where a person asked for it."""

    found: Found
    why: str
    on_purpose: bool


@dataclass(frozen=True)
class Decision:
    """What goes and what stays."""

    goes: tuple[Found, ...]
    stays: tuple[Stays, ...]


def decide(there: Inventory, wanted: Wanted, now_s: float) -> Decision:
    """What goes and what stays at a moment, in seconds since 1970; other runs than those named are in neither."""
    spared = {} if wanted.going or wanted.runs else _going_on(there, now_s)
    needed = _Needed(there, wanted, spared, now_s)
    goes, stays = [], []
    for found in there.found:
        if found.run and wanted.runs is not None and found.run not in wanted.runs:
            continue
        reason = _reason(found, there, wanted, spared, needed, now_s)
        if reason:
            stays.append(reason)
        else:
            goes.append(found)
    return Decision(tuple(goes), tuple(stays))


def _reason(
    found: Found, there: Inventory, wanted: Wanted, spared: dict[str, str], needed: "_Needed", now_s: float
) -> Stays | None:
    if found.kind == OTHER:
        return Stays(found, "the launcher does not know how to remove it", on_purpose=False)
    note = there.notes.get(found.run or "", Kept("")) if wanted.noted else Kept("")
    if note.holds("instance", now_s) and BY_TITLE[found.kind].stage is not Stage.JOBS:
        return Stays(found, f"kept until {_when(note.until['instance'])} by --keep instance", on_purpose=True)
    what = BY_TITLE[found.kind].kept_by
    if what and (kept(wanted.keep, what) or note.holds(what, now_s)):
        return Stays(found, f"kept by --keep {what}", on_purpose=True)
    if found.run in spared:
        return Stays(found, spared[found.run or ""], on_purpose=False)
    return needed.by_others(found)


class _Needed:
    """What runs that stay need of blobs, images and builds."""

    def __init__(self, there: Inventory, wanted: Wanted, spared: dict[str, str], now_s: float) -> None:
        notes = there.notes if wanted.noted else {}
        self._noted = {note.image_key: note.run for note in notes.values() if note.holds("image", now_s)}
        self._staying = {
            run for run in _with_stack_or_schedule(there)
            if run in spared or (wanted.runs is not None and run not in wanted.runs)
        }  # fmt: skip
        self._images = {key: run for run, key in there.images.items() if run in self._staying}
        self._starting = sorted(self._staying - set(there.images))

    def by_others(self, found: Found) -> Stays | None:
        if BY_TITLE[found.kind].stage is not Stage.SHARED:
            return None
        keys = found.more.get("keys", "").split()
        if kept_for := next((self._noted[key] for key in keys if key in self._noted), None):
            return Stays(found, f"kept by --keep image of run {kept_for}", on_purpose=True)
        if run := next((self._images[key] for key in keys if key in self._images), None):
            return Stays(found, f"run {run} needs it", on_purpose=True)
        if self._starting:
            return Stays(found, f"run {self._starting[0]} is starting and may need it", on_purpose=True)
        return None


def _with_stack_or_schedule(there: Inventory) -> set[str]:
    return {one.run for one in there.found if one.run and one.kind in ("stack", "schedule")}


def _going_on(there: Inventory, now_s: float) -> dict[str, str]:
    """By run id: why it is taken to go on, for a sweep that nobody told to end it."""
    going: dict[str, str] = {}
    for run in sorted(_with_stack_or_schedule(there)):
        of_run = [one for one in there.found if one.run == run]
        kinds = {one.kind: one.state for one in of_run}
        young = 0 <= now_s - started_s(run) < _STARTING_S
        if "job" in kinds:
            going[run] = f"run {run} goes on: its job is {kinds['job']}"
        elif young and run not in there.ended and kinds.get("stack") not in _STOPPING:
            going[run] = f"run {run} may be starting: it is {(now_s - started_s(run)) / 60:.0f} minutes old"
    return going


def started_s(run: str) -> float:
    """When a run began, as its id says; seconds since 1970.

    >>> started_s("19700101-000100-a1b2")
    60.0
    """
    return datetime.strptime(run[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()


def _when(at_s: float | None) -> str:
    return "somebody removes it" if at_s is None else datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


def ids(runs: Iterable[str]) -> frozenset[str]:
    """Run ids as a person gives them: also the name of a stack.

    >>> sorted(ids(["launcher-20260301-120000-a1b2", "20260301-120000-c3d4"]))
    ['20260301-120000-a1b2', '20260301-120000-c3d4']

    Raises: UnknownRun for what is no id.
    """
    found = frozenset(run.removeprefix(PREFIX) for run in runs)
    for run in found:
        if not RUN_ID.fullmatch(run):
            raise UnknownRun(run)
    return found
