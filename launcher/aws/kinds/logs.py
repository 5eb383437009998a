"""Amazon CloudWatch Logs: the log of a run. Left out: the log of image builds, which is `bootstrap`'s."""

from collections.abc import Iterator

from ...names import HomeNames
from ..door import Aws
from .kind import Found, Kind, Stage, found


def _find(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix="/launcher/"):
        yield from found(
            "log group", one["logGroupName"], {}, arn=one.get("arn", ""), size_bytes=one.get("storedBytes", 0)
        )


def _remove(aws: Aws, _home: HomeNames, group: Found) -> str:
    aws.call("logs", "delete_log_group", logGroupName=group.name)
    return "deleted"


KINDS = (Kind("log group", "logs", Stage.REST, _find, _remove, r":logs:.*:log-group:", costs=True, kept_by="logs"),)
