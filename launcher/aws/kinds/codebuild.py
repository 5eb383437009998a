"""AWS CodeBuild: builds of images that are still going on, and what they read from the bucket.

A build reads images/<image key>.zip; it is ended when no run that is there needs that image (`decide`).
Left out: starting one (`image`), and the project, which is `bootstrap`'s.
"""

from collections.abc import Iterator
from itertools import islice

from ...names import HomeNames
from ..door import Aws
from . import s3
from .kind import Found, Kind, Stage

_MOST_DESCRIBED = 100
_SOURCES = "images/"


def _find(aws: Aws, home: HomeNames) -> Iterator[Found]:
    listed = aws.pages("codebuild", "list_builds_for_project", "ids", projectName=home.build_project)
    ids = list(islice(listed, _MOST_DESCRIBED))  # the newest first; older ones have ended
    builds = aws.call("codebuild", "batch_get_builds", ids=ids)["builds"] if ids else []
    for one in builds:
        if one.get("buildStatus") == "IN_PROGRESS":
            place = (one.get("source") or {}).get("location", "").partition("/")[2]
            more = {"keys": _key(place)}
            yield Found("build", one["id"], None, ("name",), "IN_PROGRESS", one.get("arn", ""), more=more)


def _stop(aws: Aws, _home: HomeNames, build: Found) -> str:
    aws.call("codebuild", "stop_build", id=build.name)
    return "stopped"


def _find_sources(aws: Aws, home: HomeNames) -> Iterator[Found]:
    for key, size in s3.objects(aws, home, _SOURCES).items():
        more = {"keys": _key(key)}
        yield Found("build source", f"s3://{home.bucket}/{key}", None, ("name",), size_bytes=size, more=more)


def _key(place: str) -> str:
    """The image key of a source.

    >>> _key("images/9f3a.zip")
    '9f3a'
    """
    return place.removeprefix(_SOURCES).partition(".")[0]


def _remove_source(aws: Aws, home: HomeNames, source: Found) -> str:
    s3.remove(aws, home, [source.name.removeprefix(f"s3://{home.bucket}/")])
    return "deleted"


KINDS = (
    Kind("build", "codebuild", Stage.SHARED, _find, _stop, r":codebuild:.*:build/", costs=True),
    Kind("build source", "s3", Stage.SHARED, _find_sources, _remove_source, costs=True, kept_by="image"),
)
