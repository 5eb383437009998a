"""What AWS Batch does with an attempt that has ended, decided from the very JSON that AWS is given.

    RETRY   the host went away, the container did not start, or the job said 75: try again (EX_TEMPFAIL)
    EXIT    anything else is a bug or a wrong input, and is never tried again

Left out: where the rules go (template.yaml, `aws.jobs`), and what a person does after the last attempt (`aws.moving`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from .errors import RetryRulesError

Action = Literal["SUCCEED", "RETRY", "EXIT"]
TEMPORARY = 75
"""EX_TEMPFAIL of sysexits.h: the job's own word for "try again"."""
TERMINATED = 143
"""128 + SIGTERM: the job was told to stop, finished the chunk in hand and stopped."""
HOST_LOST = "Host EC2"
"""How the status reason of an attempt begins whose machine was taken away."""
SPOT_ATTEMPTS = 2
"""On spot machines: an index that lost its host twice goes to on demand."""
ON_DEMAND_ATTEMPTS = 5

EVALUATE_ON_EXIT: list[dict[str, str]] = [
    {"onStatusReason": "Host EC2*", "action": "RETRY"},
    {"onStatusReason": "Task failed to start*", "action": "RETRY"},
    {"onReason": "CannotPullContainerError*", "action": "RETRY"},
    {"onExitCode": str(TEMPORARY), "action": "RETRY"},
    {"onReason": "*", "action": "EXIT"},
]
"""The first rule whose conditions all hold decides. Without the last one AWS would try a bug again too."""

# https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
_MOST_RULES = 5
_MOST_ATTEMPTS = 10
_CONDITIONS = {
    "onExitCode": re.compile(r"[0-9]{1,512}|[0-9]{0,511}\*"),
    "onReason": re.compile(r"[A-Za-z0-9.:\s]{1,512}|[A-Za-z0-9.:\s]{0,511}\*"),
    "onStatusReason": re.compile(r"[A-Za-z0-9.:\s]{1,512}|[A-Za-z0-9.:\s]{0,511}\*"),
}


class Ending(NamedTuple):
    """How an attempt ended: the container's exit code and reason, and the attempt's status reason."""

    exit_code: int | None
    status_reason: str = ""
    reason: str = ""


def strategy(attempts: int) -> dict[str, Any]:
    """The `retryStrategy` of a job definition or of SubmitJob."""
    return {"attempts": attempts, "evaluateOnExit": EVALUATE_ON_EXIT}


def decide(retry_strategy: Mapping[str, Any], ending: Ending, attempt: int) -> Action:
    """What Batch does after attempt number `attempt`, counted from 1.

    >>> decide(strategy(2), Ending(143, "Host EC2 (instance i-0a) terminated."), 1)
    'RETRY'
    >>> decide(strategy(2), Ending(1, "Essential container in task exited"), 1)
    'EXIT'
    >>> decide(strategy(2), Ending(75, "Essential container in task exited"), 2)
    'EXIT'

    Raises: RetryRulesError where AWS would refuse the strategy.
    """
    rules = checked(retry_strategy)
    if ending.exit_code == 0:
        return "SUCCEED"
    if attempt >= int(retry_strategy.get("attempts", 1)):
        return "EXIT"
    return by_rules(rules, ending)


def by_rules(rules: Sequence[Mapping[str, str]], ending: Ending) -> Action:
    """What the rules alone say of an attempt that failed; RETRY where none of them speaks, as AWS documents."""
    for rule in rules:
        if all(_matches(rule[name], _value(name, ending)) for name in _CONDITIONS if name in rule):
            return "RETRY" if rule["action"].upper() == "RETRY" else "EXIT"  # AWS gives it back in lower case
    return "RETRY"


def checked(retry_strategy: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    """Its rules.

    Raises: RetryRulesError.
    """
    attempts, rules = int(retry_strategy.get("attempts", 1)), retry_strategy.get("evaluateOnExit") or []
    if not 1 <= attempts <= _MOST_ATTEMPTS:
        raise RetryRulesError(f"attempts is {attempts}", f"1 to {_MOST_ATTEMPTS}")
    if len(rules) > _MOST_RULES:
        raise RetryRulesError(f"there are {len(rules)} rules", f"at most {_MOST_RULES}")
    for rule in rules:
        _check(rule)
    return list(rules)


def _check(rule: Mapping[str, str]) -> None:
    if str(rule.get("action", "")).upper() not in ("RETRY", "EXIT"):
        raise RetryRulesError(f"the action is {rule.get('action')!r}", "RETRY or EXIT")
    conditions = {name: text for name, text in rule.items() if name != "action"}
    if not conditions:
        raise RetryRulesError(f"a rule to {rule['action']} has no condition", f"one of {', '.join(_CONDITIONS)}")
    for name, text in conditions.items():
        if name not in _CONDITIONS:
            raise RetryRulesError(f"a rule has {name!r}", f"one of {', '.join(_CONDITIONS)}")
        if not _CONDITIONS[name].fullmatch(text):
            raise RetryRulesError(f"{name} is {text!r}", _expected(name))


def _expected(name: str) -> str:
    letters = "digits" if name == "onExitCode" else "letters, digits, periods, colons and white space"
    return f"at most 512 {letters}, and an asterisk at the end or none"


def _value(name: str, ending: Ending) -> str:
    match name:
        case "onExitCode":
            return "" if ending.exit_code is None else str(ending.exit_code)
        case "onReason":
            return ending.reason
        case _:
            return ending.status_reason


def _matches(pattern: str, value: str) -> bool:
    """An asterisk at the end stands for any rest, also none; there is no other wildcard.

    >>> _matches("Host EC2*", "Host EC2 (instance i-0a) terminated."), _matches("75", "750"), _matches("*", "")
    (True, False, True)
    """
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
