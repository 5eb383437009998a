"""`python -m launcher list`: every run that this machine started and that is still known, the newest first.

Left out: what others started (`sweep` looks in the account itself).
"""

import json
import os
import time
from dataclasses import asdict
from typing import Annotated

import typer

from .. import folders, runs
from ..engines.protocol import Known
from ..errors import LauncherError
from ..money.show import dollars
from .shared import Profile, Region, reach, show, table, told


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
        plain = [{**asdict(one), "state": state, "sentence": sentence} for one, state, sentence in rows]
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    elif not rows:
        print("No runs.")
    else:
        made = table("run", "engine", "project", "made", "state", "#cost", "results", "")
        for one, state, sentence in rows:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.made_s)) if one.made_s else ""
            made.add_row(one.run_id, one.engine, one.project, when, state, _cost(one), one.results, sentence)
        show(made)


def _cost(known: Known) -> str:
    """Of what is paid for; known once it has ended."""
    return dollars(known.ended.cost) if known.ended and known.ended.cost is not None else ""


def _state(known: Known, region: str | None, profile: str | None) -> tuple[str, str]:
    """How it stands; an engine that does not answer is a row too."""
    if known.ended:
        return known.ended.status.state.value, known.ended.status.sentence
    try:
        status = reach(known, region, profile).status(known.run_id)
    except LauncherError as error:
        return "unknown", str(error)
    return status.state.value, status.sentence
