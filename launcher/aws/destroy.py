"""Ends one run and removes all that it made, but what is kept by name; the same for the command and after a run.

Left out: how things are removed (`sweep`), and what keeps them (`decide`).
"""

from ..errors import AwsError, LauncherError
from ..keep import Keep
from ..names import HomeNames, RunNames
from . import kept, schedule
from .decide import Wanted
from .door import Aws
from .kinds import s3
from .kinds.kind import GONE
from .sweep import PATIENCE_S, Say, sweep
from .teardown import Teardown


def destroy(
    aws: Aws, home: HomeNames, run_id: str, keep: tuple[Keep, ...], say: Say, patience_s: float = PATIENCE_S
) -> Teardown:
    """The receipt, clean or not; a note in the bucket says what is kept, in place of what an earlier one said.

    A note that cannot be written keeps nothing from being removed but what it was to keep.
    """
    try:
        _note(aws, home, run_id, keep)
    except LauncherError as error:
        if not (isinstance(error, AwsError) and error.code in GONE):  # no bucket, no notes
            say(f"what is kept of run {run_id} could not be noted, so a later sweep removes it: {error}")
    return sweep(aws, home, Wanted(frozenset([run_id]), keep), say, patience_s)


def _note(aws: Aws, home: HomeNames, run_id: str, keep: tuple[Keep, ...]) -> None:
    if not keep:
        kept.forget(aws, home, [run_id])
        return
    note = kept.of(run_id, _image_key(aws, home, run_id), keep, aws.clock())
    kept.save(aws, home, note)
    _hold_machine(aws, home, note)


def _image_key(aws: Aws, home: HomeNames, run_id: str) -> str:
    """By its manifest, or, where that is gone already, by an earlier note."""
    try:
        return s3.manifest_of(aws, home, RunNames(run_id).manifest_key).image_key
    except AwsError as error:
        if error.code not in GONE:
            raise
    earlier = kept.load(aws, home).get(run_id)
    return earlier.image_key if earlier else ""


def _hold_machine(aws: Aws, home: HomeNames, note: kept.Kept) -> None:
    """Keep the run's machines up until the note ends, and move the schedule to that moment."""
    until = note.until.get("instance")
    if until is None:
        return
    names = RunNames(note.run)
    schedule.make(aws, home, names, until)
    wanted = [names.spot, names.on_demand]
    known = aws.call("batch", "describe_compute_environments", computeEnvironments=wanted)["computeEnvironments"]
    for one in known:
        up = int(one.get("computeResources", {}).get("desiredvCpus", 0))
        if up:  # an environment without a machine has none to keep
            aws.call("batch", "update_compute_environment", computeEnvironment=one["computeEnvironmentName"],
                     computeResources={"minvCpus": up})  # fmt: skip
