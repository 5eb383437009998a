"""The schedule that deletes a run's stack at its deadline, whatever became of the command that made it.

EventBridge Scheduler calls cloudformation:DeleteStack itself, as a role that may do nothing else, and forgets the
schedule afterwards; deleting a stack that is not there does nothing. CloudFormation has no field for forgetting a
schedule, so it is made by a call. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
Left out: when the deadline is (`spec`).
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import AwsError
from ..names import HomeNames, RunNames
from .door import Aws
from .kinds.kind import GONE

GROUP = "default"
_TARGET = "arn:{}:scheduler:::aws-sdk:cloudformation:deleteStack"
_RETRIES: dict[str, int] = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
"""The most there is, so that a throttled deletion is tried for a day."""


def make(aws: Aws, home: HomeNames, names: RunNames, at_s: float) -> None:
    """Schedule the deletion at a moment (seconds since 1970); one that is there is moved to it.

    Raises: AwsError.
    """
    try:
        aws.call("scheduler", "create_schedule", **_described(home, names, at_s))
    except AwsError as error:
        if error.code != "ConflictException":
            raise
        move(aws, home, names, at_s)


def move(aws: Aws, home: HomeNames, names: RunNames, at_s: float) -> None:
    """Raises: AwsError, also where there is no schedule any more."""
    aws.call("scheduler", "update_schedule", **_described(home, names, at_s))


def at(aws: Aws, names: RunNames) -> float | None:
    """The moment of the deletion, seconds since 1970; None where none is scheduled.

    Raises: AwsError.
    """
    try:
        found = aws.call("scheduler", "get_schedule", GroupName=GROUP, Name=names.schedule)
    except AwsError as error:
        if error.code in GONE:
            return None
        raise
    when = datetime.strptime(found["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    return when.timestamp()


def expression(at_s: float) -> str:
    """A moment as EventBridge Scheduler takes it, rounded up to a second.

    >>> expression(1772366400.5)
    'at(2026-03-01T12:00:01)'
    """
    moment = datetime.fromtimestamp(at_s, UTC)
    up = moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
    return up.strftime("at(%Y-%m-%dT%H:%M:%S)")


def _described(home: HomeNames, names: RunNames, at_s: float) -> dict[str, Any]:
    return {
        "Name": names.schedule,
        "GroupName": GROUP,
        "Description": f"Deletes what run {names.run_id} of the launcher pays for, if nobody did before.",
        "ScheduleExpression": expression(at_s),
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": _TARGET.format(home.partition),
            "RoleArn": home.role_arn(home.scheduler_role),
            "Input": json.dumps({"StackName": names.stack}),
            "RetryPolicy": _RETRIES,
        },
    }
