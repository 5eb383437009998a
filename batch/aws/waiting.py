"""Why a job waits in RUNNABLE, in one sentence: the first cause that is found, from the likeliest.

AWS itself says nothing, so each place that can hold a job back is looked at in turn. What one may not look at, or what
the region does not have, is passed over. Left out: mending it.
https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import AwsError
from .door import Aws

_QUOTAS = {"SPOT": ("L-34B43A08", "spot"), "EC2": ("L-1216C47A", "on-demand")}
"""Service quotas of EC2: vCPUs of running standard instances."""


class Place(NamedTuple):
    """Where a job waits: its queue, that queue's environments, and what the job needs."""

    queue: Mapping[str, Any]
    environments: list[Mapping[str, Any]]
    vcpus: float
    image: str


def why(aws: Aws, queue: str, definition: str, vcpus: float, status_reason: str = "") -> str:
    """One sentence for a person.

    Raises: AwsError where even the queue cannot be looked at.
    """
    if status_reason:
        return f"AWS says: {status_reason}"
    place = _place(aws, queue, definition, vcpus)
    for look in _LOOKS:
        try:
            found = look(aws, place)
        except AwsError:
            continue
        if found:
            return found
    return "Nothing is wrong with the queue: machines are starting (3 to 5 minutes), or AWS has none to spare for these families in these zones; give more families or subnets, or use the on-demand queue."  # noqa: E501


def _place(aws: Aws, queue: str, definition: str, vcpus: float) -> Place:
    queues = aws.call("batch", "describe_job_queues", jobQueues=[queue])["jobQueues"]
    if not queues:
        raise AwsError("batch.describe_job_queues", "UnknownQueue", f"there is no queue {queue}")
    names = [entry["computeEnvironment"] for entry in queues[0]["computeEnvironmentOrder"]]
    known = aws.call("batch", "describe_compute_environments", computeEnvironments=names)["computeEnvironments"]
    defined = aws.call("batch", "describe_job_definitions", jobDefinitions=[definition])["jobDefinitions"]
    image = (defined[0].get("containerProperties") or {}).get("image", "") if defined else ""
    return Place(queues[0], known, vcpus, image)


def _queue(_aws: Aws, place: Place) -> str | None:
    name = place.queue["jobQueueName"]
    if place.queue["state"] == "DISABLED":
        return f"Queue {name} is disabled; enable it."
    if place.queue["status"] == "INVALID":
        return f"Queue {name} is invalid: {place.queue.get('statusReason') or 'AWS says no more'}."
    return None if place.environments else f"Queue {name} has no compute environment."


def _environment(_aws: Aws, place: Place) -> str | None:
    for one in place.environments:
        name = one["computeEnvironmentName"]
        if one.get("status") == "INVALID":
            return f"Compute environment {name} is invalid: {one.get('statusReason') or 'AWS says no more'}."
        if one.get("state") == "DISABLED":
            return f"Compute environment {name} is disabled; enable it."
    return None


def _cap(_aws: Aws, place: Place) -> str | None:
    for one, resources in _resources(place):
        name, most = one["computeEnvironmentName"], int(resources.get("maxvCpus", 0))
        if most < place.vcpus:
            return (
                f"The job needs {place.vcpus:g} vCPUs, compute environment {name} has at most {most}; raise MaxVcpus."
            )
    caps = [(int(r.get("desiredvCpus", 0)), int(r.get("maxvCpus", 0))) for _, r in _resources(place)]
    if caps and all(desired >= most for desired, most in caps):
        return f"All {sum(most for _, most in caps)} vCPUs of the queue are in use; wait, or raise MaxVcpus."
    return None


def _role(aws: Aws, place: Place) -> str | None:
    for one, resources in _resources(place):
        profile = str(resources.get("instanceRole", "")).rpartition("/")[2]
        try:
            found = aws.call("iam", "get_instance_profile", InstanceProfileName=profile)["InstanceProfile"]
        except AwsError as error:
            if error.code == "NoSuchEntity":
                return f"Instance profile {profile} of {one['computeEnvironmentName']} is gone; no machine can start."
            raise
        if not found["Roles"]:
            return f"Instance profile {profile} has no role, so no machine can join the cluster."
    return None


def _route(aws: Aws, place: Place) -> str | None:
    for _, resources in _resources(place):
        for subnet in resources.get("subnets", []):
            if not _leads_out(aws, subnet):
                return (
                    f"Subnet {subnet} has no route to the internet (a gateway or NAT), so machines there cannot join."
                )
    return None


def _leads_out(aws: Aws, subnet: str) -> bool:
    """Whether its route table, or its VPC's main one, has a way out; endpoints of the services serve as well."""
    vpc = aws.call("ec2", "describe_subnets", SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    by_subnet, main, of_vpc = (
        [{"Name": "association.subnet-id", "Values": [subnet]}],
        [{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc]}],
        [{"Name": "vpc-id", "Values": [vpc]}],
    )
    tables = aws.call("ec2", "describe_route_tables", Filters=by_subnet)["RouteTables"]
    tables = tables or aws.call("ec2", "describe_route_tables", Filters=main)["RouteTables"]
    routes = [route for table in tables for route in table["Routes"] if route.get("State") != "blackhole"]
    if any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in routes):  # a route, no door
        return True
    endpoints = aws.call("ec2", "describe_vpc_endpoints", Filters=of_vpc)["VpcEndpoints"]
    return any(endpoint["ServiceName"].endswith((".ecs", ".ecs-agent")) for endpoint in endpoints)


def _image(aws: Aws, place: Place) -> str | None:
    registry, _, rest = place.image.partition("/")
    if ".dkr.ecr." not in registry:
        return None
    repository, at, digest = rest.partition("@")
    name, _, tag = repository.partition(":")
    wanted = {"imageDigest": digest} if at else {"imageTag": tag or "latest"}
    try:
        aws.call(
            "ecr", "describe_images", registryId=registry.partition(".")[0], repositoryName=name, imageIds=[wanted]
        )
    except AwsError as error:
        if error.code in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return f"There is no image {place.image}; build and push it."
        raise
    return None


def _quota(aws: Aws, place: Place) -> str | None:
    for _, resources in _resources(place):
        code, kind = _QUOTAS["SPOT" if resources.get("type") == "SPOT" else "EC2"]
        quota = aws.call("service-quotas", "get_service_quota", ServiceCode="ec2", QuotaCode=code)["Quota"]["Value"]
        if quota < max(place.vcpus, int(resources.get("desiredvCpus", 0))):
            return f"The account's quota is {quota:g} {kind} vCPUs in this region; ask for more under Service Quotas."
    return None


def _resources(place: Place) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for one in place.environments:
        yield one, one.get("computeResources") or {}


_LOOKS: tuple[Callable[[Aws, Place], str | None], ...] = (_queue, _environment, _cap, _role, _route, _image, _quota)
