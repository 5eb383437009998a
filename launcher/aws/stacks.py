"""Stacks of CloudFormation: made and waited for, with the first cause where one fails; the outputs; deletion begun.

Left out: what is in them (`templates`), and what is left when one is gone (`sweep`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import AwsError
from ..names import as_aws
from .door import Aws

EVERY_S = 5.0
GONE = ""
_NO_STACK = "ValidationError"


def status(aws: Aws, name: str) -> str:
    """As CloudFormation says it, or empty where there is no such stack.

    Raises: AwsError.
    """
    found = find(aws, name)
    return found["StackStatus"] if found else GONE


def find(aws: Aws, name: str) -> dict[str, Any] | None:
    """The stack, or None.

    Raises: AwsError.
    """
    try:
        stacks = aws.call("cloudformation", "describe_stacks", StackName=name)["Stacks"]
    except AwsError as error:
        if error.code == _NO_STACK and "not exist" in error.said:
            return None
        raise
    found: dict[str, Any] = stacks[0]
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def outputs(aws: Aws, name: str) -> dict[str, str]:
    """By their keys; empty where there is no such stack.

    Raises: AwsError.
    """
    found = find(aws, name)
    return {entry["OutputKey"]: entry["OutputValue"] for entry in (found or {}).get("Outputs", [])}


def create(aws: Aws, name: str, body: str, parameters: Mapping[str, str], tags: Mapping[str, str], **more: Any) -> None:
    """Begin to make a stack; one that is there is this one, made by a call whose answer was lost.

    Raises: AwsError.
    """
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    try:
        aws.call(
            "cloudformation", "create_stack", StackName=name, TemplateBody=body, Parameters=given,
            Tags=as_aws(dict(tags)), **more,
        )  # fmt: skip
    except AwsError as error:
        if error.code != "AlreadyExistsException":  # its callers looked before
            raise


def wait(aws: Aws, name: str, say: Callable[[str], None]) -> None:
    """Until a stack is whole; `say` hears each resource once.

    Raises: AwsError with the first cause where it is not.
    """
    told: set[str] = set()
    while True:
        events = list(aws.pages("cloudformation", "describe_stack_events", "StackEvents", StackName=name))
        for event in reversed(events):
            resource = event["LogicalResourceId"]
            if event["ResourceStatus"] == "CREATE_COMPLETE" and resource not in told | {name}:
                told.add(resource)
                say(f"{resource} is there")
        now = status(aws, name)
        if now in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not now.endswith("_IN_PROGRESS") or now.startswith(("ROLLBACK", "DELETE", "UPDATE_ROLLBACK")):
            raise AwsError("cloudformation.create_stack", now or "StackGone", f"{name}: {cause(events)}")
        aws.sleep(EVERY_S)


def cause(events: list[Mapping[str, Any]]) -> str:
    """The first resource that failed, and why; what was cancelled because of it comes after.

    >>> cause([{"ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "JobRole", "ResourceStatusReason": "denied"}])
    'JobRole failed: denied'
    """
    for event in reversed(events):
        if event["ResourceStatus"].endswith("_FAILED"):
            return f"{event['LogicalResourceId']} failed: {event.get('ResourceStatusReason') or 'AWS says no more'}"
    return "AWS says no more"


def delete(aws: Aws, name: str) -> None:
    """Begin to delete a stack; one that is not there is no error.

    Raises: AwsError.
    """
    aws.call("cloudformation", "delete_stack", StackName=name)
