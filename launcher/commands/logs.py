"""`python -m launcher logs`: what the script wrote so far, and with --follow all that it will.

Left out: reading them (the engines).
"""

import time
from typing import Annotated

import typer

from ..engines.protocol import Engine
from .shared import EngineName, Profile, Region, RunId, find, told


def command(
    run: RunId = "last",
    engine: EngineName = None,
    region: Region = None,
    profile: Profile = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on until the run has ended")] = False,
) -> None:
    """Print what the script wrote."""
    with told():
        run_id, on = find(run, engine, region, profile)
        seen, ended = 0, not follow
        while True:
            ended = ended or on.status(run_id).state.ended  # asked first, so that its last lines are all there
            seen += _print(on, run_id, seen)
            if ended:
                return
            time.sleep(5.0 if on.costs else 0.3)


def _print(engine: Engine, run_id: str, seen: int) -> int:
    count = 0
    for line in engine.logs(run_id, seen):
        print(line, flush=True)
        count += 1
    return count
