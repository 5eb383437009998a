"""`python -m launcher run`: a project's folder and its data in, results at home; what it cost, and where they stand.

Exits with 0, 1 where the script failed, 2 for what a person can mend, 75 to try again, 130 after Ctrl-C.
Left out: the work (`flow`).
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from .. import codes, flow, options, runs
from ..engines.choose import choose
from ..engines.protocol import Engine, State
from ..errors import Stopped
from ..flow import Choice, Followed, Result
from ..money import show
from ..options import Options
from ..prepare import prepare
from ..progress import Progress
from ..upload import show_bytes
from . import said
from .asking import asker
from .shared import told


def command(
    project: said.Project,
    input: said.Input,  # noqa: A002
    output: said.Output,
    engine: said.Engine = None,
    vcpus: said.Vcpus = None,
    memory_gb: said.MemoryGb = None,
    gpus: said.Gpus = None,
    spot: said.Spot = None,
    timeout: said.Timeout = None,
    max_cost: said.MaxCost = None,
    keep: said.Keep = None,
    entry: said.Entry = None,
    python: said.Python = None,
    region: said.Region = None,
    profile: said.Profile = None,
    env: said.Env = None,
    allow_secret: said.AllowSecret = None,
    notify: said.Notify = None,
    replace: said.Replace = False,
    fresh: said.Fresh = False,
    local_docker: said.LocalDocker = False,
    check: said.Check = None,
    dry_run: said.DryRun = False,
    on_interrupt: said.OnInterrupt = None,
) -> None:
    """Run a project on the machine it needs."""
    given = {
        "input": input, "output": output, "engine": engine, "vcpus": vcpus, "memory_gb": memory_gb, "gpus": gpus,
        "spot": spot, "timeout_s": timeout, "max_cost": max_cost, "keep": keep, "entry": entry, "python": python,
        "region": region, "profile": profile, "env": env, "allow_secrets": allow_secret, "notify": notify,
        "replace": replace or None,
    }  # fmt: skip
    with told():
        asked = options.read(project, given, os.environ)
        on = choose(asked, os.environ, fresh=fresh, local_docker=local_docker)
        if dry_run:
            raise SystemExit(_plan(asked, on))
        _run(asked, on, on.costs if check is None else check, on_interrupt)


def _run(asked: Options, on: Engine, check: bool, on_interrupt: Choice | None) -> NoReturn:
    with _signals(), Progress() as progress:
        followed = Followed(progress, _line, asker(progress, on_interrupt))
        result = flow.run(asked, on, followed, os.environ, check=check)
    _tell(result)
    _end(result)


def _plan(asked: Options, engine: Engine) -> int:
    """Print what would be done; nothing is."""
    job = prepare(asked, runs.new_id(time.time(), "plan"))
    for number, step in enumerate(engine.plan(job), 1):
        print(f"{number:>3}  {step}")
    return codes.DONE


@contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM ends the command as Ctrl-C does where nobody can answer."""

    def stop(number: int, _frame: Any) -> None:
        raise Stopped(number, "told to end", "`python -m launcher list` shows what is there")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _line(line: str) -> None:
    """The script's own lines on standard output, the runner's on the other."""
    print(line, file=sys.stderr if line.startswith("launcher: ") else sys.stdout, flush=True)


def _tell(result: Result) -> None:
    if result.exit_code is None and result.state is State.RUNNING:
        print(f"Run {result.run_id} goes on. `python -m launcher status {result.run_id}` tells how it stands,")
        print("`logs`, `fetch` and `destroy` with the same id read it, bring its results and remove it.")
        return
    count = len(result.files)
    kind = "partial result" if result.partial else "result"
    print(f"Run {result.run_id} {result.state}: {result.sentence}.")
    if count:
        size = sum(os.path.getsize(os.path.join(result.results, path)) for path in result.files)
        print(f"{count:,} {kind}{'s' * (count != 1)}, {show_bytes(size)}: {result.results}")
    print(f"In storage: {result.link}")
    print(f"Cost: {_cost(result.cost)}")


def _cost(cost: float | None) -> str:
    match cost:
        case None:
            return "unknown, no receipt could be written"
        case 0.0:
            return "nothing, it ran here"
        case _:
            return show.dollars(cost)


def _end(result: Result) -> NoReturn:
    match result.state:
        case State.SUCCEEDED:
            code = codes.DONE
        case State.RUNNING | State.STOPPED:
            code = result.exit_code if result.exit_code in (codes.INTERRUPTED, codes.TERMINATED) else codes.INTERRUPTED
        case _:
            code = codes.AGAIN if result.exit_code == codes.AGAIN else codes.FAILED
    sys.stdout.flush()
    raise SystemExit(code)
