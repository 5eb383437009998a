"""`python -m launcher destroy`: end a run and remove all that it made, but what is kept by name.

Left out: the work (`engines`).
"""

import os
from typing import Annotated

import typer

from .. import folders, runs
from ..engines.choose import choose
from ..keep import parse_keep
from ..options import Options
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
        run_id, _ = find(run_id, engine, region, profile)
        name = engine or runs.read(folders.state(os.environ), run_id).engine
        asked = Options(project="", engine=name, region=region, profile=profile, keep=parse_keep(keep))
        choose(asked, os.environ).destroy(run_id, progress)
    print(f"Run {run_id} is removed.")
