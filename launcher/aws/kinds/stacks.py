"""AWS CloudFormation: the stack of a run. AWS deletes what is in it, in its own order, which takes minutes.

A deletion that failed is asked for again after what held it back was removed by hand.
Left out: the stack of `bootstrap`, which is no run's.
"""

from collections.abc import Iterator

from ...names import HomeNames
from ..door import Aws
from .kind import Found, Kind, Stage, found

_ARNS = r":cloudformation:.*:stack/"


def _find(aws: Aws, _home: HomeNames, *, failed: bool) -> Iterator[Found]:
    for stack in aws.pages("cloudformation", "describe_stacks", "Stacks"):
        status = stack["StackStatus"]
        if status != "DELETE_COMPLETE" and (status == "DELETE_FAILED") is failed:
            title = "stack, not deleted by AWS" if failed else "stack"
            yield from found(title, stack["StackName"], stack.get("Tags"), state=status, arn=stack["StackId"])


def _find_whole(aws: Aws, home: HomeNames) -> Iterator[Found]:
    return _find(aws, home, failed=False)


def _find_failed(aws: Aws, home: HomeNames) -> Iterator[Found]:
    return _find(aws, home, failed=True)


def _remove(aws: Aws, _home: HomeNames, stack: Found) -> str:
    if stack.state == "DELETE_IN_PROGRESS":
        return ""
    aws.call("cloudformation", "delete_stack", StackName=stack.name)
    return "deletion begun"


KINDS = (
    Kind("stack", "cloudformation", Stage.STACKS, _find_whole, _remove, _ARNS),
    Kind("stack, not deleted by AWS", "cloudformation", Stage.STACKS_AGAIN, _find_failed, _remove, _ARNS),
)
