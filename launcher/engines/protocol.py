"""What every engine does for a run, and what it tells of one; commands and the Python API know engines by this alone.

    start ──► WAITING ──► RUNNING ──► SUCCEEDED | FAILED | STOPPED      fetch and destroy come after

A run goes on when the command that started it ends: every other call finds it by its id.
Left out: the engines themselves, and the record's file, which `runner` writes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from ..manifest import Manifest
    from ..options import Options
    from ..project import Input, Project

Say = Callable[[str], None]
"""Tells a person one line; `progress.Progress` is one."""


class State(StrEnum):
    WAITING = "waiting"
    """Not begun: the environment is made, or a machine is waited for."""
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    """By a person or at its time limit; there may be partial results."""

    @property
    def ended(self) -> bool:
        return self in (State.SUCCEEDED, State.FAILED, State.STOPPED)


@dataclass(frozen=True)
class Attempt:
    """One go at a run, as `runner` recorded it; times are seconds since 1970, None while it has not ended."""

    number: int
    started_s: float
    ended_s: float | None = None
    exit_code: int | None = None
    reason: str = ""
    """One sentence, empty where all went well."""
    host: str = ""
    peak_memory_bytes: int = 0
    partial: bool = False
    """Whether its results may lack something."""
    files: int = 0
    bytes: int = 0
    instance_type: str = ""
    """Empty on a machine that costs nothing."""
    spot: bool = False

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """From a record of `runner`; what it does not know keeps its default."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__ if name in record})


@dataclass(frozen=True)
class Status:
    """How a run stands, why in one sentence, and every attempt so far."""

    state: State
    sentence: str
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True)
class Job:
    """All that an engine is given: nothing in it was sent or paid yet."""

    run_id: str
    options: "Options"
    project: "Project"
    """Its `root` holds the files of `manifest.code`."""
    input: "Input"
    """Its `root` holds the files of `manifest.input`."""
    manifest: "Manifest"


@dataclass(frozen=True)
class Ended:
    """What stays of a run that was removed; `cost` is in dollars, None where no receipt could be written."""

    status: Status
    cost: float | None

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """From JSON."""
        plain = record["status"]
        attempts = tuple(Attempt.read(one) for one in plain["attempts"])
        return cls(Status(State(plain["state"]), plain["sentence"], attempts), record["cost"])


@dataclass(frozen=True)
class Known:
    """A run in a list: its engine's name, when it was made (seconds since 1970), what of, and where."""

    run_id: str
    engine: str
    project: str
    made_s: float
    results: str
    """The folder that the person named with -o."""
    place: str = ""
    """The region, on AWS."""
    profile: str = ""
    """Of the AWS CLI, where one was named."""
    ended: "Ended | None" = None
    """How it ended, once nothing of it can be asked any more."""


class Engine(Protocol):
    """Each method raises LauncherError alone; those with a run id raise UnknownRun."""

    name: str
    costs: bool
    """Whether what is left of an ended run costs money: `run` then destroys it, but for what is kept by name."""

    def place(self) -> str:
        """Where runs are: a region of AWS, or "" on this machine. Raises where none can be started there."""

    def plan(self, job: Job) -> tuple[object, ...]:
        """What `start` and all after it would do, step by step, each with a sentence as its text; nothing is done."""

    def start(self, job: Job, say: Say) -> None:
        """Send what is missing and begin; returns when the run needs this process no more."""

    def status(self, run_id: str) -> Status:
        """How it stands now."""

    def logs(self, run_id: str, skip: int = 0) -> Iterator[str]:
        """The lines that the script wrote so far, of every attempt, in order, without the first `skip`."""

    def fetch(self, run_id: str, folder: str) -> tuple[str, ...]:
        """Bring the results home, partial ones too, each checked; the paths below the folder."""

    def stop(self, run_id: str) -> None:
        """Tell the script to end as SIGTERM does; what it made so far is kept."""

    def attempts(self, run_id: str) -> list[Attempt]:
        """Every attempt so far."""

    def link(self, run_id: str) -> str:
        """Where the results stand: an address for a browser, or a path."""

    def destroy(self, run_id: str, say: Say) -> None:
        """Stop it and remove all that it made, but not the results at home nor what is kept by name."""
