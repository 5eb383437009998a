"""`python -m launcher list`: every run that this machine started and that is still known, the newest first.

Left out: what others started (`sweep` looks in the account itself).
"""

import json
import os
import time
from typing import Annotated

import typer

from .. import folders, runs
from ..engines.choose import choose
from ..engines.protocol import Known
from ..errors import LauncherError
from ..options import Options
from .shared import Profile, Region, show, table, told


def command(
    region: Region = None,
    profile: Profile = None,
    as_json: Annotated[bool, typer.Option("--json", help="for a program")] = False,
) -> None:
    """List the runs."""
    with told():
        every = runs.known(folders.state(os.environ))
        rows = [(one, *_state(one, region, profile)) for one in every]
    if as_json:
        plain = [{**vars(one), "state": state, "sentence": sentence} for one, state, sentence in rows]
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    elif not rows:
        print("No runs.")
    else:
        made = table("run", "engine", "project", "made", "state", "results", "")
        for one, state, sentence in rows:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.made_s))
            made.add_row(one.run_id, one.engine, one.project, when, state, one.results, sentence)
        show(made)


def _state(known: Known, region: str | None, profile: str | None) -> tuple[str, str]:
    """How it stands; an engine that does not answer is a row too."""
    try:
        options = Options(project="", engine=known.engine, region=region, profile=profile)
        status = choose(options, os.environ).status(known.run_id)
    except LauncherError as error:
        return "unknown", str(error)
    return status.state.value, status.sentence
