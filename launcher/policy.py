"""The operator's policy, made from what a rehearsal asked of AWS: each action on no more than it was asked for.

A run's own id becomes `launcher-2*` (ids begin with their year), an account's number becomes the caller's own account.
What has no name of ours, such as a machine, is bound to the tag that all of ours bear. Left out: the rehearsal
(`rehearsal.operator`), and what roles of the launcher may do (`templates`).
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from .aws.recorder import Asked
from .names import MADE_BY, MADE_BY_TAG

_OURS: Mapping[str, Any] = {"StringEquals": {f"aws:ResourceTag/{MADE_BY_TAG}": MADE_BY}}
_TAGGED = frozenset(
    {
        "autoscaling:DeleteAutoScalingGroup", "batch:TerminateJob", "ec2:DeleteLaunchTemplate", "ec2:DeleteVolume",
        "ec2:TerminateInstances",
    }
)  # fmt: skip
"""What is named by ids of AWS's own making: allowed on what bears our tag."""
_WITHOUT_RESOURCE = re.compile(
    r"autoscaling:Describe.*|batch:(Describe.*|ListJobs)|ec2:Describe.*|ecr:GetAuthorizationToken|ecs:List(Clusters|Tasks)"
    r"|events:ListRules|iam:ListRoles|pricing:.*|scheduler:ListSchedules|servicequotas:.*|sts:.*|tag:.*"
)
"""IAM knows no resource for these: https://docs.aws.amazon.com/service-authorization/latest/reference/."""
_KINDS: Mapping[str, str] = {
    "codebuild:BatchGetBuilds": "arn:aws:codebuild:*:*:project/launcher-image",
    "codebuild:StopBuild": "arn:aws:codebuild:*:*:project/launcher-image",
    "ecs:DescribeContainerInstances": "arn:aws:ecs:*:*:container-instance/launcher-2*",
    "ecs:DescribeClusters": "arn:aws:ecs:*:*:cluster/launcher-2*",
    "ecs:StopTask": "arn:aws:ecs:*:*:task/launcher-2*",
    "logs:DescribeLogGroups": "arn:aws:logs:*:*:log-group:*",
}
"""Actions whose resource is not what the call names."""
_RUN = re.compile(r"launcher([-/])\d{8}-\d{6}-[a-z0-9]{4}[^/:]*")
_GENERAL = (
    (re.compile(r"(arn:aws:s3:::launcher)-\d{12}-[a-z0-9-]+"), r"\1-${aws:PrincipalAccount}-*"),
    (re.compile(r"(arn:aws:s3:::[^/]+/(?:blobs|images|kept|runs))/.*"), r"\1/*"),
    (_RUN, r"launcher\g<1>2*"),
    (re.compile(r"^(arn:aws:[a-z0-9-]+):[a-z0-9-]+:\d{12}:"), r"\1:*:*:"),
    (re.compile(r"^(arn:aws:iam:):\d{12}:"), r"\1:*:"),
    (re.compile(r"(/launcher-[a-z]+)-[a-z]{2}(?:-[a-z]+)+-\d$"), r"\1-*"),
    (re.compile(r"^(arn:aws:batch:.*:job-definition/[^:]*):\d+$"), r"\1"),
)


def policy(asked: Iterable[Asked]) -> dict[str, Any]:
    """The policy document, the same for the same calls in any order: a statement for each set of resources.

    >>> policy([Asked("batch:ListJobs", "*")])["Statement"]
    [{'Effect': 'Allow', 'Action': ['batch:ListJobs'], 'Resource': '*'}]
    """
    resources: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in asked:
        resources[one.action, _condition(one)].add(resource(one))
    actions: dict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for (action, condition), named in resources.items():
        actions[("*",) if "*" in named else tuple(sorted(named)), condition].add(action)
    statements = sorted(actions.items(), key=lambda entry: (entry[0][1], sorted(entry[1])))
    return {"Version": "2012-10-17", "Statement": [_statement(*key, done) for key, done in statements]}


def to_json(document: Mapping[str, Any]) -> str:
    """As launcher/policy.json has it."""
    return json.dumps(document, indent=1) + "\n"


def resource(asked: Asked) -> str:
    """What an action is allowed on, from what it was asked for.

    >>> resource(Asked("batch:SubmitJob", "arn:aws:batch:*:*:job-queue/launcher-20260301-120000-a1b2-spot"))
    'arn:aws:batch:*:*:job-queue/launcher-2*'
    """
    if _WITHOUT_RESOURCE.fullmatch(asked.action) or asked.action in _TAGGED:
        return "*"
    if asked.action in _KINDS:
        return _KINDS[asked.action]
    found = asked.resource
    for pattern, general in _GENERAL:
        found = pattern.sub(general, found)
    return found


def _condition(asked: Asked) -> str:
    if asked.action in _TAGGED:
        return json.dumps(_OURS)
    if asked.action == "iam:PassRole":
        service = asked.resource.partition("/launcher-")[2].partition("-")[0]
        return json.dumps({"StringEquals": {"iam:PassedToService": _PASSED_TO[service]}})
    return ""


_PASSED_TO = {"scheduler": "scheduler.amazonaws.com", "stacks": "cloudformation.amazonaws.com"}


def _statement(named: tuple[str, ...], condition: str, actions: set[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": "Allow", "Action": sorted(actions), "Resource": named[0] if len(named) == 1 else list(named)
    }  # fmt: skip
    return {**made, "Condition": json.loads(condition)} if condition else made
