"""`python -m launcher status`: how a run stands, in one sentence, and its attempts.

Exits with 0 while it waits, runs or went well, 1 where it failed or was stopped. Left out: asking (the engines).
"""

import json
import time
from dataclasses import asdict
from typing import Annotated

import typer

from .. import codes
from ..engines.protocol import Attempt, State
from ..upload import show_bytes
from .shared import EngineName, Profile, Region, RunId, find, removed, show, table, told


def command(
    run: RunId = "last",
    engine: EngineName = None,
    region: Region = None,
    profile: Profile = None,
    as_json: Annotated[bool, typer.Option("--json", help="for a program")] = False,
) -> None:
    """Tell how a run stands, and why it waits."""
    with told():
        run_id, on = find(run, engine, region, profile)
        gone = removed(run_id)
        status = gone.ended.status if gone and gone.ended else on.status(run_id)
    if as_json:
        print(json.dumps({"run_id": run_id, **asdict(status)}, ensure_ascii=False, indent=1))
    else:
        print(f"Run {run_id} {status.state}: {status.sentence}.")
        if status.attempts:
            _tell(status.attempts)
    raise SystemExit(codes.FAILED if status.state in (State.FAILED, State.STOPPED) else codes.DONE)


def _tell(attempts: tuple[Attempt, ...]) -> None:
    made = table("attempt", "on", "began", "#seconds", "#exit code", "#peak memory", "#results", "reason")
    for one in attempts:
        began = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(one.started_s))
        took = "" if one.ended_s is None else f"{one.ended_s - one.started_s:,.1f}"
        code = "" if one.exit_code is None else str(one.exit_code)
        on = f"{one.instance_type or one.host}{' (spot)' if one.spot else ''}"
        made.add_row(
            str(one.number), on, began, took, code, show_bytes(one.peak_memory_bytes), f"{one.files:,}", one.reason
        )
    show(made)
