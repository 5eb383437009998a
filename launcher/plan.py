"""From a spec and what is there already to the steps of a run: pure, so that `--dry-run` prints what would be done.

The schedule that deletes the stack comes first: whatever dies after it, nothing is paid for long. Left out: looking at
what is there (`aws.there`), and doing the steps (`executor`).
"""

from dataclasses import dataclass

from .errors import PlanError
from .spec import Spec
from .steps import BuildImage, Destroy, Fetch, MakeStack, Notify, Receipt, Schedule, Step, Submit, Upload, Wait


@dataclass(frozen=True)
class There:
    """What AWS has of a run and of the account's home before it begins, or when it is taken up again."""

    home: bool
    """The bootstrap stack, whole."""
    image: bool = False
    schedule: bool = False
    stack: str = ""
    """Its status as CloudFormation has it, empty where there is none."""
    job: bool = False
    mailed: bool = False
    """Whether the address of --notify gets mails already."""


def plan(spec: Spec, there: There, output: str = "", *, local_docker: bool = False) -> tuple[Step, ...]:
    """Every step from here to the teardown receipt, in order; what is there is not made again.

    Raises: PlanError where the account has no home yet, or a stack of this name is half made or half gone.
    """
    if not there.home:
        raise PlanError(
            f"account {spec.account} has no launcher in {spec.region}",
            "an administrator runs `python -m launcher bootstrap`",
        )
    if there.stack and there.stack != "CREATE_COMPLETE":
        raise PlanError(f"stack {spec.names.stack} is {there.stack}", f"`python -m launcher destroy {spec.run_id}`")
    return (*begin(spec, there, local_docker=local_docker), *end(spec, output))


def begin(spec: Spec, there: There, *, local_docker: bool = False) -> tuple[Step, ...]:
    """Up to the moment when the run needs this process no more."""
    steps: tuple[tuple[bool, Step], ...] = (
        (not there.schedule, Schedule(spec)),
        (not there.job, Upload(spec)),
        (not there.image, BuildImage(spec, local_docker)),
        (bool(spec.notify) and not there.mailed, Notify(spec)),
        (not there.stack, MakeStack(spec)),
        (not there.job, Submit(spec)),
    )
    return tuple(step for needed, step in steps if needed)


def end(spec: Spec, output: str) -> tuple[Step, ...]:
    """From waiting to the teardown."""
    return (Wait(spec), Fetch(spec, output), Receipt(spec), Destroy(spec, spec.keep))


def shown(steps: tuple[Step, ...]) -> list[str]:
    """The lines that `--dry-run` prints."""
    return [f"{number:2}. {step}" for number, step in enumerate(steps, 1)]
