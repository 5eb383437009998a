"""The life of a run as a command sees it: start, follow, fetch, tell the cost, destroy what costs; whatever happens.

    check ─► prepare ─► start ─► follow ─► fetch ─► destroy        Ctrl-C asks: leave it running, or destroy it

Left out: how a person is asked (`commands.asking`), and what each engine does (`engines`).
"""

import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from . import codes, folders, runs
from .check import demand
from .engines.protocol import Attempt, Ended, Engine, Job, Known, Say, State
from .errors import LauncherError, StorageError, UnknownRun
from .money import history
from .options import Options
from .prepare import prepare
from .upload import show_bytes

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LOCAL_EVERY_S, _AWS_EVERY_S = 0.2, 5.0


class Choice(StrEnum):
    """What Ctrl-C may mean."""

    WAIT = "wait"
    LEAVE = "leave"
    DESTROY = "destroy"


class Tell(Protocol):
    """Who is told of a run: `progress.Progress` by a command, `Quiet` from Python."""

    def __call__(self, line: str) -> None: ...
    def now(self, text: str) -> None: ...


@dataclass(frozen=True)
class Result:
    """What came of a run: `results` is the folder at home, `link` where they stand else; `cost` is in dollars."""

    run_id: str
    exit_code: int | None
    """The script's; None where it was left running or never began."""
    results: str
    cost: float | None
    link: str
    state: State
    sentence: str
    files: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True)
class Followed:
    """Whom a run tells what: `line` gets the script's lines, `ask` is called at Ctrl-C."""

    tell: Tell
    line: Callable[[str], None]
    ask: Callable[[str], Choice]
    sleep: Callable[[float], None] = time.sleep


def run(
    options: Options, engine: Engine, followed: Followed, environ: Mapping[str, str], *, check: bool = False
) -> Result:
    """One run from the options to its results at home; nothing is noted of one that cannot begin.

    Raises: LauncherError.
    """
    place = engine.place()
    if check:
        demand(options, environ, followed.tell.now)
    run_id = runs.new_id(time.time(), "".join(secrets.choice(_LETTERS) for _ in range(4)))
    followed.tell.now("reading the project and its input")
    job = prepare(options, run_id)
    state = folders.state(environ)
    output = os.path.abspath(options.output)
    made = Known(run_id, engine.name, job.project.name, time.time(), output, place, options.profile or "")
    runs.write(state, made)
    followed.tell(f"run {run_id}: {_asked(job)}")
    try:
        engine.start(job, followed.tell)
        choice = follow(engine, run_id, followed)
    except BaseException:
        _give_up(engine, run_id, state, followed)
        raise
    if choice is Choice.LEAVE:
        return Result(run_id, None, "", None, engine.link(run_id), State.RUNNING, "left running")
    return _ended(engine, run_id, options, state, followed, destroy=engine.costs or choice is Choice.DESTROY)


def _asked(job: Job) -> str:
    size = sum(file.size_bytes for file in job.manifest.files)
    count = len(job.manifest.code) + len(job.manifest.input)
    return f"{job.project.entry} of {job.project.name}, {count:,} files, {show_bytes(size)}"


def follow(engine: Engine, run_id: str, followed: Followed) -> Choice:
    """Tell the run's lines until it ends; WAIT when it did, else what was chosen at Ctrl-C."""
    seen, every_s = 0, _AWS_EVERY_S if engine.costs else _LOCAL_EVERY_S
    while True:
        try:
            status = engine.status(run_id)  # before its lines, so that an ended run's are all there
            for line in engine.logs(run_id, seen):
                seen += 1  # first, so that Ctrl-C while it is told does not tell it twice
                followed.line(line)
            if status.state.ended:
                return Choice.WAIT
            followed.tell.now(status.sentence)
            followed.sleep(every_s)
        except LauncherError as error:
            if codes.of(error) != codes.AGAIN:
                raise
            followed.tell.now(f"{error}; asking again")  # the run goes on, whether or not anybody looks
            followed.sleep(every_s)
        except KeyboardInterrupt:
            choice = followed.ask(run_id)
            if choice is Choice.DESTROY:
                _stop(engine, run_id, followed)
            if choice is not Choice.WAIT:
                return choice


def _stop(engine: Engine, run_id: str, followed: Followed) -> None:
    """Tell it to end, and wait until it has sent what it made."""
    followed.tell(f"stopping run {run_id}; what it made so far is kept")
    engine.stop(run_id)
    while not engine.status(run_id).state.ended:
        followed.sleep(_LOCAL_EVERY_S if not engine.costs else _AWS_EVERY_S)


def _ended(engine: Engine, run_id: str, options: Options, state: str, followed: Followed, *, destroy: bool) -> Result:
    """Results first, then destroy: what was paid for is never removed before it is home."""
    status, folder = engine.status(run_id), os.path.abspath(options.output)
    followed.tell.now("bringing the results home")
    files = _fetched(engine, run_id, folder, status.attempts, followed)
    link = engine.link(run_id)
    if destroy:
        followed.tell.now("removing what the run made")
        remove(engine, run_id, state, followed.tell)
    code, partial = _last(status.attempts), bool(files) and status.state is not State.SUCCEEDED
    cost = _paid(state, run_id) if engine.costs else 0.0
    return Result(run_id, code, folder, cost, link, status.state, status.sentence, files, partial)


def _fetched(
    engine: Engine, run_id: str, folder: str, attempts: tuple[Attempt, ...], followed: Followed
) -> tuple[str, ...]:
    try:
        return engine.fetch(run_id, folder)
    except BaseException as error:
        if isinstance(error, StorageError) and not any(one.files for one in attempts):
            return ()  # it ended before it made any
        followed.tell(
            f"the results of run {run_id} stay in storage: `python -m launcher fetch {run_id} -o FOLDER` brings them, "
            f"then `python -m launcher destroy {run_id}` removes the run"
        )
        raise


def _paid(state: str, run_id: str) -> float | None:
    """Dollars, as the receipt of the engine noted them; None where it could write none."""
    return next((one.real for one in reversed(history.read(state)) if one.run_id == run_id), None)


def _last(attempts: tuple[Attempt, ...]) -> int | None:
    return attempts[-1].exit_code if attempts else None


def remove(engine: Engine, run_id: str, state: str, say: Say) -> None:
    """Destroy a run; one that was paid for stays in the list as it ended.

    Raises: LauncherError.
    """
    status = None
    with suppress(UnknownRun):
        status = engine.status(run_id)
    engine.destroy(run_id, say)
    if not engine.costs:
        return
    with suppress(UnknownRun):  # it was started by another machine
        known = runs.read(state, run_id)
        if status is None:
            runs.forget(state, run_id)
        elif known.ended is None:
            if not status.state.ended:
                status = replace(status, state=State.STOPPED, sentence=f"destroyed while {status.sentence}")
            runs.write(state, replace(known, ended=Ended(status, _paid(state, run_id))))


def _give_up(engine: Engine, run_id: str, state: str, followed: Followed) -> None:
    """Nothing is left of a run that could not be started or followed; what cannot be removed is said."""
    try:
        remove(engine, run_id, state, followed.tell)
    except UnknownRun:
        return
    except LauncherError as error:
        followed.tell(f"run {run_id} could not be removed: {error}; run `python -m launcher sweep`")
