"""`python -m launcher sweep`: find what is left of any run in the account, remove it, and prove it by a receipt.

Exits with 0 only when every service was listed and nothing is left but what was kept on purpose; else with 1.
Left out: the work (`aws.sweep`).
"""

import sys
from typing import Annotated

import typer

from .. import codes
from ..keep import parse_keep
from ..progress import Progress
from .shared import Profile, Region, told


def command(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="only these runs, going on or not")
    ] = None,
    going: Annotated[bool, typer.Option("--running", help="end runs that go on as well")] = False,
    kept: Annotated[bool, typer.Option("--kept", help="remove what --keep kept as well")] = False,
    keep: Annotated[str, typer.Option(help="not removed: bucket,image,logs")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="list, remove nothing")] = False,
    json: Annotated[bool, typer.Option("--json", help="the receipt as JSON on standard output")] = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Remove what is left of runs on AWS, and prove that nothing is."""
    from ..aws import sweep, whose
    from ..aws.decide import Wanted, ids
    from ..aws.door import open_aws

    with told(), Progress() as progress:
        wanted = Wanted(ids(runs) if runs else None, parse_keep(keep), going=going, noted=not kept)
        aws = open_aws(region, profile)
        home = whose.find(aws)
        progress.now(f"listing what is in account {home.account}, {home.region}")
        receipt = sweep.dry(aws, home, wanted) if dry_run else sweep.sweep(aws, home, wanted, progress)
        print(receipt.to_json() if json else "\n".join(receipt.lines()))
    sys.stdout.flush()
    raise SystemExit(codes.DONE if receipt.clean else codes.FAILED)
