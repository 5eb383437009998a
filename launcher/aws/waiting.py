"""Why a job waits in RUNNABLE, in one sentence: the first cause that is found, from the likeliest.

AWS itself says nothing, so each place that can hold a job back is looked at in turn. What one may not look at, or what
the region does not have, is passed over. Left out: mending it.
https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import AwsError
from .door import Aws

_QUOTAS = {("SPOT", False): "L-34B43A08", ("EC2", False): "L-1216C47A", ("SPOT", True): "L-3819A6DF",
           ("EC2", True): "L-DB2E81BA"}  # fmt: skip
"""Service quotas of EC2: vCPUs of running machines, standard families and G families."""
_KINDS = {"SPOT": "spot", "EC2": "on-demand"}
STARTING = "nothing is wrong: a machine is starting (3 to 5 minutes), or AWS has none to spare of these types just now"


class Place(NamedTuple):
    """Where a job waits: its queue, that queue's environments, and what the job needs."""

    queue: Mapping[str, Any]
    environments: list[Mapping[str, Any]]
    vcpus: float
    gpus: int
    image: str


def why(aws: Aws, queue: str, definition: str, vcpus: float = 1) -> str:
    """One sentence for a person; queue and definition by name or ARN.

    Raises: AwsError where even the queue cannot be looked at.
    """
    return next(causes(aws, queue, definition, vcpus), STARTING)


def causes(aws: Aws, queue: str, definition: str, vcpus: float = 1) -> Iterator[str]:
    """Every cause that can be seen, the likeliest first.

    Raises: AwsError where even the queue cannot be looked at.
    """
    place = _place(aws, queue, definition, vcpus)
    for look in _LOOKS:
        try:
            found = look(aws, place)
        except AwsError:
            continue
        if found:
            yield found


def _place(aws: Aws, queue: str, definition: str, vcpus: float) -> Place:
    queues = aws.call("batch", "describe_job_queues", jobQueues=[queue])["jobQueues"]
    if not queues:
        raise AwsError("batch.describe_job_queues", "UnknownQueue", f"there is no queue {queue}")
    names = [entry["computeEnvironment"] for entry in queues[0]["computeEnvironmentOrder"]]
    known = aws.call("batch", "describe_compute_environments", computeEnvironments=names)["computeEnvironments"]
    container = _container(aws, definition)
    needs = {one["type"]: float(one["value"]) for one in container.get("resourceRequirements") or []}
    return Place(
        queues[0], known, needs.get("VCPU", vcpus), int(needs.get("GPU", 0)), str(container.get("image") or "")
    )


def _container(aws: Aws, definition: str) -> Mapping[str, Any]:
    by_arn = {"jobDefinitions": [definition]} if definition.startswith("arn:") else {"jobDefinitionName": definition}
    defined = aws.call("batch", "describe_job_definitions", status="ACTIVE", **by_arn)["jobDefinitions"]
    return (defined[0].get("containerProperties") or {}) if defined else {}


def _queue(_aws: Aws, place: Place) -> str | None:
    name = place.queue["jobQueueName"]
    if place.queue["state"] == "DISABLED":
        return f"queue {name} is disabled, as when its run is being removed"
    if place.queue["status"] == "INVALID":
        return f"queue {name} is invalid: {place.queue.get('statusReason') or 'AWS says no more'}"
    return None if place.environments else f"queue {name} has no compute environment"


def _environment(_aws: Aws, place: Place) -> str | None:
    for one in place.environments:
        name = one["computeEnvironmentName"]
        if one.get("status") == "INVALID":
            return f"compute environment {name} is invalid: {one.get('statusReason') or 'AWS says no more'}"
        if one.get("state") == "DISABLED":
            return f"compute environment {name} is disabled, as when its run is being removed"
    return None


def _cap(_aws: Aws, place: Place) -> str | None:
    most = [int(_resources(one).get("maxvCpus", 0)) for one in place.environments]
    if most and max(most) < place.vcpus:
        return f"the job needs {place.vcpus:g} vCPUs and its environment has at most {max(most)}; run it with less"
    return None


def _role(aws: Aws, place: Place) -> str | None:
    for one in place.environments:
        profile = str(_resources(one).get("instanceRole", "")).rpartition("/")[2]
        try:
            found = aws.call("iam", "get_instance_profile", InstanceProfileName=profile)["InstanceProfile"]
        except AwsError as error:
            if error.code == "NoSuchEntity":
                return (
                    f"instance profile {profile} is gone, so no machine can start; run `python -m launcher bootstrap`"
                )
            raise
        if not found["Roles"]:
            return f"instance profile {profile} has no role, so no machine can join; run `python -m launcher bootstrap`"
    return None


def _route(aws: Aws, place: Place) -> str | None:
    for one in place.environments:
        for subnet in _resources(one).get("subnets", []):
            if not _leads_out(aws, subnet):
                return f"subnet {subnet} has no route to the internet, so machines there cannot join"
    return None


def _leads_out(aws: Aws, subnet: str) -> bool:
    """Whether its route table, or its VPC's main one, has a way out."""
    vpc = aws.call("ec2", "describe_subnets", SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    by_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    main = [{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc]}]
    tables = aws.call("ec2", "describe_route_tables", Filters=by_subnet)["RouteTables"]
    tables = tables or aws.call("ec2", "describe_route_tables", Filters=main)["RouteTables"]
    routes = [route for table in tables for route in table["Routes"] if route.get("State") != "blackhole"]
    return any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in routes)


def _image(aws: Aws, place: Place) -> str | None:
    registry, _, rest = place.image.partition("/")
    name, _, tag = rest.partition(":")
    if ".dkr.ecr." not in registry:
        return None
    account = registry.partition(".")[0]
    try:
        aws.call("ecr", "describe_images", registryId=account, repositoryName=name, imageIds=[{"imageTag": tag}])
    except AwsError as error:
        if error.code in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return f"its image {tag} is not in the repository any more; start the run again"
        raise
    return None


def _quota(aws: Aws, place: Place) -> str | None:
    for one in place.environments:
        kind = "SPOT" if _resources(one).get("type") == "SPOT" else "EC2"
        code = _QUOTAS[kind, place.gpus > 0]
        quota = aws.call("service-quotas", "get_service_quota", ServiceCode="ec2", QuotaCode=code)["Quota"]["Value"]
        if quota < place.vcpus:
            family = "G-family " if place.gpus else ""
            return (
                f"the account may have {quota:g} {_KINDS[kind]} {family}vCPUs here; ask for more under Service Quotas"
            )
    return None


def _resources(environment: Mapping[str, Any]) -> Mapping[str, Any]:
    return environment.get("computeResources") or {}


_LOOKS: tuple[Callable[[Aws, Place], str | None], ...] = (_queue, _environment, _cap, _role, _route, _image, _quota)
