"""What was asked of AWS, as IAM would judge it: (`service:Operation`, the resource's ARN) without repeats.

The policy is made from it (`policy`). It hangs on botocore's own event before each call, so that transfers and
paginators are seen too. Left out: what AWS does on its own behalf with a role that it was passed.
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_PREFIX = {"service-quotas": "servicequotas", "resourcegroupstaggingapi": "tag", "email": "ses"}
_S3_ACTIONS = {
    "HeadObject": "GetObject",
    "HeadBucket": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "DeleteObjects": "DeleteObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListBuckets": "ListAllMyBuckets",
}
"""Operations of S3 that IAM knows by another name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""
_RESOURCES: dict[str, tuple[tuple[str, str], ...]] = {
    "batch": (
        ("jobQueue", "job-queue/{}"),
        ("jobQueueName", "job-queue/{}"),
        ("computeEnvironment", "compute-environment/{}"),
        ("computeEnvironmentName", "compute-environment/{}"),
        ("jobDefinition", "job-definition/{}"),
        ("jobId", "job/*"),
    ),
    "cloudformation": (("StackName", "stack/{}/*"),),
    "codebuild": (("projectName", "project/{}"),),
    "ecr": (("repositoryName", "repository/{}"),),
    "events": (("Rule", "rule/{}"), ("Name", "rule/{}")),
    "logs": (("logGroupName", "log-group:{}:*"),),
    "scheduler": (("Name", "schedule/default/{}"),),
    "iam": (("RoleName", "role/{}"), ("InstanceProfileName", "instance-profile/{}")),
    "sns": (("TopicArn", "{}"),),
    "ecs": (("cluster", "cluster/{}"),),
}
"""By service, the arguments that name a resource, and the end of its ARN."""
_TAGGED = {"batch": "arn:aws:batch:*:*:job/*", "cloudformation": "arn:aws:cloudformation:*:*:stack/launcher-*/*"}
"""Where giving tags to what is made needs a right of its own, on what is made."""
_PASSED = ("RoleARN", "RoleArn")


class Asked(NamedTuple):
    """One line of a policy: an action, and the resource or `*` where the action has none."""

    action: str
    resource: str


class Recorder:
    """Collects what is asked; safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: set[Asked] = set()

    def listen(self, client: Any) -> None:
        """Hang on a client's event before each call; a client that has no events (a stand-in) is left alone."""
        events: Any = getattr(getattr(client, "meta", None), "events", None)
        if events:
            events.register("provide-client-params", self._hear)

    @property
    def asked(self) -> list[Asked]:
        """In order."""
        with self._lock:
            return sorted(self._asked)

    def _hear(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        found = set(translated(model.service_model.service_name, model.name, params))
        with self._lock:
            self._asked |= found


def translated(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    """What IAM asks for when this operation is called.

    >>> list(translated("s3", "HeadObject", {"Bucket": "b", "Key": "blobs/a"}))
    [Asked(action='s3:GetObject', resource='arn:aws:s3:::b/blobs/a')]
    """
    action = _S3_ACTIONS.get(operation, operation) if service == "s3" else operation
    resources = list(_named(service, params)) or ["*"]
    for resource in resources:
        yield Asked(f"{_PREFIX.get(service, service)}:{action}", resource)
    for role in _roles(params):
        yield Asked("iam:PassRole", role)
    if (params.get("tags") or params.get("Tags")) and service in _TAGGED:
        yield Asked(f"{_PREFIX.get(service, service)}:TagResource", _TAGGED[service])


def _named(service: str, params: Mapping[str, Any]) -> Iterator[str]:
    if service == "s3" and params.get("Bucket"):
        keys = [params["Key"]] if "Key" in params else [o["Key"] for o in params.get("Delete", {}).get("Objects", [])]
        yield from [f"arn:aws:s3:::{params['Bucket']}/{key}" for key in keys] or [f"arn:aws:s3:::{params['Bucket']}"]
    for argument, end in _RESOURCES.get(service, ()):
        if value := params.get(argument):
            yield str(value) if str(value).startswith("arn:") else _arn(service, end.format(value))


def _arn(service: str, end: str) -> str:
    return f"arn:aws:{service}:{'' if service == 'iam' else '*'}:*:{end}"


def _roles(params: Mapping[str, Any]) -> Iterator[str]:
    """Roles that a service is handed: IAM asks for iam:PassRole too."""
    target = params.get("Target")
    for holder in (params, target if isinstance(target, Mapping) else {}):
        for argument in _PASSED:
            if role := holder.get(argument):
                yield str(role)
