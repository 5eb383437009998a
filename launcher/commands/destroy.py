"""`python -m launcher destroy`: end a run and remove all that it made, but what is kept by name.

Left out: the work (`engines`).
"""

import os
from typing import Annotated

import typer

from .. import flow, folders
from ..keep import parse_keep
from ..progress import Progress
from .shared import EngineName, Profile, Region, RunId, find, told


def command(
    run_id: RunId,
    keep: Annotated[str, typer.Option(help="not removed: bucket,image,logs,instance:30m")] = "",
    engine: EngineName = None,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """End a run and remove all that it made; results at home stay."""
    with told(), Progress() as progress:
        run_id, on = find(run_id, engine, region, profile, parse_keep(keep))
        flow.remove(on, run_id, folders.state(os.environ), progress)
    print(f"Run {run_id} is removed.")
