"""`python -m launcher quote`: what a run will cost, item by item, before anything is sent or paid.

Without --live no account is needed: prices are the list that comes along, and the image is taken to be missing.
Left out: the reckoning (`money`).
"""

import json
import os
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from .. import folders, options
from ..errors import OptionsError
from ..money import history, live, show
from ..money.live import Door
from ..money.of_run import load_of, prices_of, quote_of
from ..options import Options
from ..prepare import manifest
from ..progress import Progress
from ..project import scan, scan_input
from ..spec import Spec, spec
from .shared import Profile, Region, told

_NOWHERE = "000000000000"
"""In place of an account: a quote needs none."""
_USUAL_REGION = "us-east-1"


def command(
    project: Annotated[str, typer.Argument(help="a folder with a script that takes -i INPUT -o OUTPUT")],
    input: Annotated[str, typer.Option("--input", "-i", help="a file or a folder")],  # noqa: A002
    minutes: Annotated[float | None, typer.Option(help="how long the script takes, as far as you know")] = None,
    vcpus: Annotated[str | None, typer.Option(help="cores", show_default="1")] = None,
    memory_gb: Annotated[str | None, typer.Option(help="gigabytes of memory", show_default="2")] = None,
    gpus: Annotated[str | None, typer.Option(show_default="0")] = None,
    spot: Annotated[bool | None, typer.Option("--spot/--on-demand")] = None,
    timeout: Annotated[str | None, typer.Option(help="90s, 20m, 2h, 1d", show_default="1h")] = None,
    entry: Annotated[str | None, typer.Option(help="the script, where its name does not tell")] = None,
    ask: Annotated[bool, typer.Option("--live", help="prices of now, asked of AWS; kept for a day")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Tell what a run on AWS will cost: as little as it may, what is likely, as much as it may."""
    given = {
        "input": input, "vcpus": vcpus, "memory_gb": memory_gb, "gpus": gpus, "spot": spot, "timeout_s": timeout,
        "entry": entry, "region": region, "profile": profile,
    }  # fmt: skip
    with told(), Progress() as progress:
        if minutes is not None and not minutes > 0:
            raise OptionsError("--minutes must be more than 0", "say how long the script takes: 12.5")
        asked = options.read(project, given, os.environ)
        made = _spec(asked)
        load = load_of(made, builds=True)
        if ask:
            progress.now("asking AWS for prices")
        doors = _doors(asked) if ask else None
        known = prices_of(load, made.region, folders.cache(os.environ), datetime.now(UTC), doors)
        found = quote_of(made, load, known, history.read(folders.state(os.environ)), minutes)
        print(json.dumps(show.plain(found), indent=1) if as_json else "\n".join(show.quote_lines(found)))


def _spec(asked: Options) -> Spec:
    project = scan(asked.project, asked.allow_secrets, asked.entry, asked.python)
    data = scan_input(asked.input, asked.allow_secrets)
    region = asked.region or os.environ.get("AWS_DEFAULT_REGION") or _USUAL_REGION
    planned = manifest(asked, project, data, "quote")
    return spec("quote", asked, planned, _NOWHERE, region, (project.name, project.digest), time.time())


def _doors(asked: Options) -> tuple[Door, Door]:
    from ..aws.door import open_aws

    return open_aws(live.PRICING_REGION, asked.profile), open_aws(asked.region, asked.profile)
