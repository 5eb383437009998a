"""What the sweep knows of one kind of resource: how it is found, at which stage it goes, and its next step towards it.

A step is asked for again and again until the resource is found no more, so each one looks at the state that was found
and does the one thing that this state allows. Left out: the kinds themselves (the modules beside this one).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from ...names import RUN_TAG, HomeNames, run_of
from ..door import Aws

GONE = frozenset(
    {
        "NoSuchEntity", "NoSuchBucket", "NoSuchKey", "NoSuchUpload", "NotFound", "404", "NotFoundException",
        "ResourceNotFoundException", "RepositoryNotFoundException", "ImageNotFoundException",
        "ClusterNotFoundException", "InvalidInstanceID.NotFound", "InvalidVolume.NotFound",
        "InvalidLaunchTemplateId.NotFound",
    }
)  # fmt: skip
"""Codes of AWS for what is not there, or not there any more."""


class Stage(IntEnum):
    """The order of removal; a later stage of a run waits until the earlier ones are gone.

    Jobs end first, then the stack is deleted, which does the rest in AWS's own order. What a stack leaves goes by hand:
    queues before environments, as a queue holds its environments, and roles after both, as an environment whose role
    is gone can be deleted by nobody.
    """

    JOBS = 1
    STACKS = 2
    QUEUES = 3
    ENVIRONMENTS = 4
    MACHINES = 5
    REST = 6
    STACKS_AGAIN = 7
    ROLES = 8
    SHARED = 9
    """What other runs may use as well: blobs and images."""
    SCHEDULES = 10
    """The schedule goes last: until then it deletes the stack if the sweep itself ends early."""


@dataclass(frozen=True)
class Found:
    """One resource that is there; `run` None is one of no run, such as an image that no manifest names any more."""

    kind: str
    name: str
    run: str | None
    by: tuple[str, ...]
    """How it was found: "tag", "name", or both."""
    state: str = ""
    arn: str = ""
    size_bytes: int = 0
    more: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What a step needs besides."""

    @property
    def key(self) -> str:
        """The same for the same resource, whatever state it is in."""
        return self.arn or str(self)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


Find = Callable[[Aws, HomeNames], Iterator[Found]]
Step = Callable[[Aws, HomeNames, Found], str]


@dataclass(frozen=True)
class Kind:
    """One kind; `step` gives what it did ("disabled", "deleted"), or nothing where there is only to wait."""

    title: str
    service: str
    stage: Stage
    find: Find
    step: Step
    arns: str = "(?!)"
    """A regular expression for its ARNs, so that the list by tag over all services is compared with this one."""
    costs: bool = False
    """Whether it is paid for while it is there."""
    kept_by: str = ""
    """The word of --keep that keeps it."""


def owner(tags: Any, *names: str) -> tuple[str, tuple[str, ...]] | None:
    """The run that a resource belongs to and how that is known; None for what is no run's.

    >>> owner([], "launcher-20260301-120000-a1b2-spot_Batch_0c1d"), owner({}, "their-queue")
    (('20260301-120000-a1b2', ('name',)), None)
    """
    tagged = tags_of(tags).get(RUN_TAG)
    named = next((run for name in names if (run := run_of(name))), None)
    run = tagged or named
    if not run:
        return None
    return run, tuple(word for word, known in (("tag", tagged), ("name", named)) if known)


def tags_of(tags: Any) -> dict[str, str]:
    """Tags as a table, whichever of AWS's three shapes they came in.

    >>> tags_of([{"Key": "a", "Value": "b"}]), tags_of([{"key": "a", "value": "b"}]), tags_of(None)
    ({'a': 'b'}, {'a': 'b'}, {})
    """
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    entries: Iterable[Mapping[str, Any]] = tags or ()
    return {str(e.get("Key", e.get("key"))): str(e.get("Value", e.get("value", ""))) for e in entries}


def found(kind: str, name: str, tags: Any, *, also: Iterable[str] = (), **more: Any) -> Iterator[Found]:
    """One resource, where it is a run's by its tags, its name or one of the other names."""
    if known := owner(tags, name, *also):
        yield Found(kind, name, *known, **more)
