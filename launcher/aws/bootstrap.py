"""What an account has once in a region: made, renewed when the template changed, removed.

An administrator does this once; who runs things afterwards takes the operator's role, which is no administrator.
Left out: what is in it (`templates/bootstrap.yaml`), and what runs have (`templates/run.yaml`).
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

from ..errors import AwsError, LeftBehind
from ..names import MADE_BY, MADE_BY_TAG, HomeNames, as_aws
from . import outputs, stacks, whose
from .door import Aws

TEMPLATE = Path(__file__).parents[1] / "templates/bootstrap.yaml"
POLICY = Path(__file__).parents[1] / "policy.json"
_OPERATOR = re.compile(r"(?m)(?<=PolicyDocument: ).*# OPERATOR: .*$")
_UNCHANGED = "No updates are to be performed"
_THERE = ("InvalidInput", "EntityAlreadyExists")
"""What IAM says of a service-linked role that is there: "has been taken in this account"."""
_CAPABILITIES = ["CAPABILITY_NAMED_IAM"]


def template(policy: str) -> str:
    """The template with the operator's policy in its place; JSON is YAML.

    Raises: ValueError where the policy is no JSON or the place is not there.
    """
    flow = json.dumps(json.loads(policy))
    text, found = _OPERATOR.subn(lambda _: flow, TEMPLATE.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError(f"{TEMPLATE.name} has {found} places for the operator's policy, expected 1")
    return text


def bootstrap(
    aws: Aws, say: Callable[[str], None], notify: str | None = None, policy: str | None = None
) -> outputs.Outputs:
    """Make the home, or bring it up to date; done twice it changes nothing. `policy` is the operator's, as JSON.

    Raises: AwsError.
    """
    names = whose.find(aws)
    _allow_batch_on_spot(aws)
    body = template(policy or POLICY.read_text(encoding="utf-8"))
    parameters = {"NotifyEmail": notify} if notify else {}
    if stacks.status(aws, names.stack):
        _update(aws, names, body, parameters, say)
    else:
        more = {"Capabilities": _CAPABILITIES, "EnableTerminationProtection": True}
        stacks.create(aws, names.stack, body, _with_bucket(aws, names, parameters), _TAGS, **more)
        say(f"making stack {names.stack}; it costs nothing by the hour")
    stacks.wait(aws, names.stack, say)
    return outputs.find(aws)


_TAGS = {MADE_BY_TAG: MADE_BY}


def _update(aws: Aws, names: HomeNames, body: str, parameters: dict[str, str], say: Callable[[str], None]) -> None:
    if not parameters and _is_the_same(aws, names, body):
        say(f"stack {names.stack} is up to date")
        return
    kept = [] if parameters else [{"ParameterKey": "NotifyEmail", "UsePreviousValue": True}]
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    try:
        aws.call(
            "cloudformation", "update_stack", StackName=names.stack, TemplateBody=body, Parameters=given or kept,
            Capabilities=_CAPABILITIES, Tags=as_aws(_TAGS),
        )  # fmt: skip
        say(f"bringing stack {names.stack} up to date")
    except AwsError as error:
        if _UNCHANGED not in error.said:
            raise
        say(f"stack {names.stack} is up to date")


def _is_the_same(aws: Aws, names: HomeNames, body: str) -> bool:
    there = aws.call("cloudformation", "get_template", StackName=names.stack)["TemplateBody"]
    return isinstance(there, str) and there.strip() == body.strip()


def _with_bucket(aws: Aws, names: HomeNames, parameters: dict[str, str]) -> dict[str, str]:
    """Refuse early where a bucket of an earlier home stands in the way: a stack cannot take it over.

    Raises: AwsError.
    """
    try:
        aws.call("s3", "head_bucket", Bucket=names.bucket)
    except AwsError as error:
        if error.code in ("404", "NoSuchBucket"):
            return parameters
        raise
    raise AwsError(
        "s3.head_bucket", "BucketAlreadyThere", f"bucket {names.bucket} is left of an earlier home",
        f"bring home what is in it, then `aws s3 rb --force s3://{names.bucket}`, then bootstrap again",
    )  # fmt: skip


def _allow_batch_on_spot(aws: Aws) -> None:
    """Make the account's role for spot machines, which AWS makes only when a person clicks.

    https://docs.aws.amazon.com/batch/latest/userguide/spot_fleet_IAM_role.html

    Raises: AwsError.
    """
    try:
        aws.call("iam", "create_service_linked_role", AWSServiceName="spot.amazonaws.com")
    except AwsError as error:
        if error.code not in _THERE:
            raise


def remove(aws: Aws, say: Callable[[str], None], running: list[str]) -> None:
    """Delete the home, but not the bucket with what it holds; `running` are run ids that still need it.

    Raises: LeftBehind where runs need it; AwsError.
    """
    if running:
        raise LeftBehind([f"run {run}" for run in running])
    names = whose.find(aws)
    aws.call(
        "cloudformation", "update_termination_protection", StackName=names.stack, EnableTerminationProtection=False
    )
    stacks.delete(aws, names.stack)
    while (now := stacks.status(aws, names.stack)) == "DELETE_IN_PROGRESS":
        aws.sleep(stacks.EVERY_S)
    if now:
        raise AwsError("cloudformation.delete_stack", now, f"stack {names.stack} could not be deleted whole")
    say(f"stack {names.stack} is gone; bucket {names.bucket} stays with what it holds")
