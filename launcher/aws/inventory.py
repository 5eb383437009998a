"""All that is there of every run: each service listed by tag and by name, and the list by tag over all services.

What could not be looked at is told, never passed over: a sweep that is blind somewhere proves nothing.
Left out: what is to go (`decide`), doing it (`sweep`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ..errors import AwsError, LauncherError
from ..names import RUN_TAG, HomeNames, run_of
from . import kept
from .door import Aws
from .kept import Kept
from .kinds import batch, codebuild, ec2, ecr, ecs, events, iam, logs, s3, stacks
from .kinds.kind import GONE, Found, Kind, Stage, tags_of

T = TypeVar("T")
OTHER = "resource of a kind unknown here"


def _find_others(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    """What bears a run's tag and is of no kind below.

    Those of a kind below are left to its own list: the list by tag names what was deleted hours ago as well.
    """
    tagged = aws.pages(
        "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=[{"Key": RUN_TAG}]
    )
    for one in tagged:
        arn = one["ResourceARN"]
        if not any(re.search(kind.arns, arn) for kind in _LISTED):
            run = tags_of(one.get("Tags")).get(RUN_TAG) or run_of(arn)
            yield Found(OTHER, arn, run, ("tag",), arn=arn)


def _leave(_aws: Aws, _home: HomeNames, other: Found) -> str:
    raise LauncherError(f"{other.name} is of a kind that is not removed here", "remove it in the console")


_LISTED: tuple[Kind, ...] = (
    *batch.KINDS, *stacks.KINDS, *ec2.KINDS, *ecs.KINDS, *events.KINDS, *logs.KINDS, *s3.KINDS, *ecr.KINDS,
    *codebuild.KINDS, *iam.KINDS,
)  # fmt: skip
KINDS: tuple[Kind, ...] = (
    *_LISTED,
    Kind(OTHER, "resourcegroupstaggingapi", Stage.REST, _find_others, _leave, costs=True),
)
BY_TITLE: Mapping[str, Kind] = {kind.title: kind for kind in KINDS}


@dataclass(frozen=True)
class Unseen:
    """Why something could not be listed; `for_good` where asking again is of no use."""

    why: str
    for_good: bool


@dataclass(frozen=True)
class Inventory:
    """What there is; `images` are the image keys that manifests name, by run, and `unseen` what could not be listed.

    `ended` are runs that had a job which is over.
    """

    found: tuple[Found, ...]
    images: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Kept] = field(default_factory=dict)
    unseen: Mapping[str, Unseen] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()

    def count(self, title: str) -> int:
        return sum(one.kind == title for one in self.found)

    def runs(self) -> set[str]:
        return {one.run for one in self.found if one.run}


def look(aws: Aws, home: HomeNames) -> Inventory:
    """List everything; no service that says no keeps the others from being listed."""
    unseen: dict[str, Unseen] = {}
    found: list[Found] = []
    for kind in KINDS:
        found += _tried(unseen, kind.title, partial(_listed, kind, aws, home)) or []
    images = _tried(unseen, "manifests", partial(_image_keys, aws, home)) or {}
    notes = _tried(unseen, "notes", partial(kept.load, aws, home)) or {}
    ended = _tried(unseen, "jobs that ended", partial(_ended, aws, found)) or frozenset()
    return Inventory(tuple(found), images, notes, unseen, ended)


def _tried(unseen: dict[str, Unseen], what: str, act: Callable[[], T]) -> T | None:
    try:
        return act()
    except AwsError as error:
        if error.code not in GONE:
            unseen[what] = Unseen(str(error), error.refused)
    except LauncherError as error:  # a manifest that cannot be read
        unseen[what] = Unseen(f"{error}; {error.fix}", for_good=True)
    return None


def _listed(kind: Kind, aws: Aws, home: HomeNames) -> list[Found]:
    return list(kind.find(aws, home))


def _image_keys(aws: Aws, home: HomeNames) -> dict[str, str]:
    return {run: manifest.image_key for run, manifest in s3.manifests(aws, home).items()}


def _ended(aws: Aws, found: list[Found]) -> frozenset[str]:
    return frozenset(one.run for one in found if one.kind == "job queue" and one.run and batch.ended(aws, one.name))
