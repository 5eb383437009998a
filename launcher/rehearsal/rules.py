"""Two decisions that AWS makes of JSON that it was given: whether an attempt is tried again, whether an event matches.

Left out: conditions that the launcher's templates do not use.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Ending(NamedTuple):
    """How an attempt ended; the status reason is AWS's, the reason the container's."""

    exit_code: int | None
    status_reason: str = "Essential container in task exited"
    reason: str = ""


def tries_again(strategy: Mapping[str, Any], ending: Ending, attempt: int) -> bool:
    """Whether AWS Batch starts another attempt after number `attempt`; the first rule that matches decides.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html

    >>> tries_again({"attempts": 2, "evaluateOnExit": [{"onExitCode": "75", "action": "RETRY"}]}, Ending(75), 1)
    True
    """
    if ending.exit_code == 0 or attempt >= int(strategy.get("attempts", 1)):
        return False
    for rule in _lowered(strategy.get("evaluateOnExit") or []):
        said = {
            "onexitcode": "" if ending.exit_code is None else str(ending.exit_code),
            "onstatusreason": ending.status_reason,
            "onreason": ending.reason,
        }
        if all(_matches(rule[name], said[name]) for name in said if name in rule):
            return rule["action"].upper() == "RETRY"
    return True  # as AWS documents, and why the templates end with a rule for all


def _lowered(rules: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{name.lower(): value for name, value in rule.items()} for rule in rules]


def _matches(pattern: str, value: str) -> bool:
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event fits an EventBridge pattern of lists, prefixes, anything-but-prefix and $or.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html

    >>> matches({"detail": {"status": ["FAILED"]}}, {"detail": {"status": "FAILED", "jobId": "1"}})
    True
    """
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(one, event) for one in wanted):
                return False
        elif isinstance(wanted, Mapping):
            if not matches(wanted, event.get(name) or {}):
                return False
        elif not any(_fits(one, event.get(name)) for one in wanted):
            return False
    return True


def _fits(wanted: Any, found: Any) -> bool:
    match wanted:
        case {"prefix": str(prefix)}:
            return isinstance(found, str) and found.startswith(prefix)
        case {"anything-but": {"prefix": str(prefix)}}:
            return isinstance(found, str) and not found.startswith(prefix)
        case _:
            return bool(wanted == found)
