"""One sentence for each reason why a job waits, on a run's own stack in a moto server."""

from typing import Any

import pytest

from launcher.aws import waiting
from launcher.aws.door import Aws
from launcher.errors import AwsError
from launcher.names import RunNames
from tests.launcher.cloud.scenery import RUN, Clock, Session, make_stack, put_image

NAMES = RunNames(RUN)
ROUTES = {"RouteTables": [{"Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]}]}
PROFILE = {"InstanceProfile": {"Roles": [{"RoleName": "launcher-instance-eu-west-1"}]}}


class Changed(Aws):
    """The door, with some answers changed on their way; routes and roles are in order unless a test says otherwise."""

    def __init__(self, url: str, **changes: Any) -> None:
        clock = Clock()
        super().__init__(Session(url), sleep=clock.sleep, clock=clock)
        usual = {"describe_route_tables": lambda _: ROUTES, "get_instance_profile": lambda _: PROFILE}
        self._changes = {**usual, **changes}

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        answer = super().call(service, operation, **arguments)
        change = self._changes.get(operation)
        return change(answer) if change else answer


@pytest.fixture
def stack(aws: Aws, url: str) -> str:
    make_stack(aws, NAMES)
    put_image(aws, "key1")
    return url


def why(aws: Aws) -> str:
    return waiting.why(aws, NAMES.spot, NAMES.definition)


def resources(**changes: Any) -> Any:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        known = answer["computeEnvironments"]
        return {"computeEnvironments": [{**e, "computeResources": {**e["computeResources"], **changes}} for e in known]}

    return change


def environment(**changes: Any) -> Any:
    return lambda answer: {"computeEnvironments": [{**e, **changes} for e in answer["computeEnvironments"]]}


def queue(**changes: Any) -> Any:
    return lambda answer: {"jobQueues": [{**q, **changes} for q in answer["jobQueues"]]}


def gone(_answer: dict[str, Any]) -> dict[str, Any]:
    raise AwsError("iam.get_instance_profile", "NoSuchEntity", "")


def no_image(_answer: dict[str, Any]) -> dict[str, Any]:
    raise AwsError("ecr.describe_images", "ImageNotFoundException", "")


@pytest.mark.parametrize(
    ("operation", "change", "said"),
    [
        ("describe_job_queues", queue(state="DISABLED"), "is disabled, as when its run is being removed"),
        ("describe_job_queues", queue(status="INVALID", statusReason="gone"), "is invalid: gone"),
        ("describe_compute_environments", environment(status="INVALID", statusReason="CLIENT"), "is invalid: CLIENT"),
        ("describe_compute_environments", environment(state="DISABLED"), "is disabled"),
        ("describe_compute_environments", resources(maxvCpus=1), "needs 2 vCPUs and its environment has at most 1"),
        ("get_instance_profile", lambda _: {"InstanceProfile": {"Roles": []}}, "has no role"),
        ("get_instance_profile", gone, "is gone, so no machine can start"),
        ("describe_route_tables", lambda _: {"RouteTables": [{"Routes": []}]}, "has no route to the internet"),
        ("describe_images", no_image, "its image key1 is not in the repository any more"),
    ],
)
def test_the_first_cause_is_told(stack: str, operation: str, change: Any, said: str):
    """Queue, environment, cap, role, route, image: each in one sentence, which the command ends with a full stop."""
    found = why(Changed(stack, **{operation: change}))
    assert said in found
    assert not found.endswith(".")


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "the account may have 0 spot G-family vCPUs here"), (64.0, "nothing is wrong")]
)
def test_a_quota_that_is_too_small_is_told(stack: str, value: float, said: str):
    """The test's job asks for a GPU, so it is the quota of those machines."""

    class Quota(Changed):
        def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
            if service == "service-quotas":
                assert arguments == {"ServiceCode": "ec2", "QuotaCode": "L-3819A6DF"}
                return {"Quota": {"Value": value}}
            return super().call(service, operation, **arguments)

    assert why(Quota(stack)).startswith(said)


def test_what_cannot_be_looked_at_is_passed_over(stack: str):
    class Blind(Changed):
        def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
            if service != "batch":
                raise AwsError(f"{service}.{operation}", "AccessDenied", "")
            return super().call(service, operation, **arguments)

    assert why(Blind(stack)) == waiting.STARTING


def test_a_queue_that_is_gone_is_an_error(aws: Aws):
    with pytest.raises(AwsError):
        waiting.why(aws, "none", "none")
