"""Amazon EventBridge: the rules of a run, and the schedule that deletes its stack if nobody else does.

Left out: making them (`templates/run.yaml`, `schedule`).
"""

from collections.abc import Iterator

from ...names import PREFIX, HomeNames
from ..door import Aws
from .kind import Found, Kind, Stage, found


def _find_rules(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("events", "list_rules", "Rules", NamePrefix=PREFIX):
        yield from found("rule", one["Name"], {}, state=one.get("State", ""), arn=one.get("Arn", ""))


def _remove_rule(aws: Aws, _home: HomeNames, rule: Found) -> str:
    targets = [one["Id"] for one in aws.pages("events", "list_targets_by_rule", "Targets", Rule=rule.name)]
    if targets:
        aws.call("events", "remove_targets", Rule=rule.name, Ids=targets)
    aws.call("events", "delete_rule", Name=rule.name)
    return "deleted"


def _find_schedules(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("scheduler", "list_schedules", "Schedules", GroupName="default", NamePrefix=PREFIX):
        yield from found("schedule", one["Name"], {}, state=one.get("State", ""), arn=one.get("Arn", ""))


def _remove_schedule(aws: Aws, _home: HomeNames, schedule: Found) -> str:
    aws.call("scheduler", "delete_schedule", GroupName="default", Name=schedule.name)
    return "deleted"


KINDS = (
    Kind("rule", "events", Stage.REST, _find_rules, _remove_rule, r":events:.*:rule/"),
    Kind("schedule", "scheduler", Stage.SCHEDULES, _find_schedules, _remove_schedule, r":scheduler:.*:schedule/"),
)
