"""`python -m launcher bootstrap`: make once what runs share in an account and region; an administrator's command.

Left out: the work (`aws.bootstrap`).
"""

from typing import Annotated

import typer

from ..errors import LauncherError
from ..progress import Progress
from .shared import Profile, Region, told


def command(
    notify: Annotated[str | None, typer.Option(help="a mail address that is told when runs end")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="remove it again, but not the bucket")] = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Make what runs share: bucket, repository, roles, network. Done twice it changes nothing."""
    from ..aws import bootstrap, inventory, whose
    from ..aws.door import open_aws

    with told(), Progress() as progress:
        aws = open_aws(region, profile)
        if not remove:
            made = bootstrap.bootstrap(aws, progress, notify)
            print(f"Account {made.names.account}, {made.names.region} is ready.")
            print(f"Who starts runs takes the role {made.names.role_arn(made.names.operator_role)}.")
            return
        there = inventory.look(aws, whose.find(aws))
        if there.unseen:
            raise LauncherError(
                f"it is not known whether runs are there: {next(iter(there.unseen.values())).why}",
                "run it with more rights",
            )
        bootstrap.remove(aws, progress, sorted(there.runs()))
