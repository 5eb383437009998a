"""`python -m launcher fetch`: the results of a run, also partial ones, into a folder.

Left out: bringing them (the engines).
"""

from typing import Annotated

import typer

from .. import results
from ..errors import StorageError
from .shared import EngineName, Profile, Region, RunId, find, removed, told


def command(
    run: RunId = "last",
    output: Annotated[str, typer.Option("--output", "-o", help="a folder, empty or not there")] = "results",
    replace: Annotated[bool, typer.Option("--replace", help="results may replace files in the folder")] = False,
    engine: EngineName = None,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Bring the results of a run home."""
    with told():
        run_id, on = find(run, engine, region, profile)
        results.check_folder(output, replace=replace)
        try:
            files = on.fetch(run_id, output)
        except StorageError as error:
            if gone := removed(run_id):
                fix = f"look in {gone.results}, where they were brought"
                raise StorageError(f"run {run_id} was removed with its results in storage", fix) from error
            raise
    print(f"{len(files):,} result{'s' * (len(files) != 1)} of run {run_id}: {output}")
