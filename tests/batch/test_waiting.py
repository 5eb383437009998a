"""One sentence for each reason why a job waits, on the deployed template of a moto server."""

from collections.abc import Iterator
from typing import Any

import pytest

from batch.aws import stack, waiting
from batch.aws.door import Aws
from batch.aws.stack import Stack
from batch.errors import AwsError
from batch.rehearsal import moto
from batch.rehearsal.whole import LISTS
from tests.batch.aws import Session


class Changed(Aws):
    """The door, with some answers changed on their way."""

    def __init__(self, session: Session, **changes: Any) -> None:
        super().__init__(session)
        self._changes = changes

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        answer = super().call(service, operation, **arguments)
        change = self._changes.get(operation)
        return change(answer) if change else answer


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with moto.serving() as (host, port):
        made = Session(f"http://{host}:{port}")
        aws = Aws(made)
        secret = aws.call("secretsmanager", "create_secret", Name="db", SecretString="postgresql://h/d")["ARN"]
        moto.deploy(aws, stack.NAME, {"DatabaseSecretArn": secret, **LISTS})
        _associate(aws)
        yield made


def _associate(aws: Aws) -> None:
    """What moto leaves out of a template: AWS::EC2::SubnetRouteTableAssociation."""
    tables = aws.call("ec2", "describe_route_tables")["RouteTables"]
    (out,) = [t for t in tables if any(r.get("DestinationCidrBlock") == "0.0.0.0/0" for r in t["Routes"])]
    subnets = aws.call("ec2", "describe_subnets", Filters=[{"Name": "vpc-id", "Values": [out["VpcId"]]}])["Subnets"]
    for subnet in subnets:
        aws.call("ec2", "associate_route_table", RouteTableId=out["RouteTableId"], SubnetId=subnet["SubnetId"])


@pytest.fixture(scope="module")
def where(session: Session) -> Stack:
    return stack.find(Aws(session))


def why(aws: Aws, where: Stack, vcpus: float = 2) -> str:
    return waiting.why(aws, where.spot_queue, where.job_definition, vcpus)


def resources(**changes: Any) -> Any:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        known = answer["computeEnvironments"]
        return {"computeEnvironments": [{**e, "computeResources": {**e["computeResources"], **changes}} for e in known]}

    return change


def environment(**changes: Any) -> Any:
    return lambda answer: {"computeEnvironments": [{**e, **changes} for e in answer["computeEnvironments"]]}


def queue(**changes: Any) -> Any:
    return lambda answer: {"jobQueues": [{**q, **changes} for q in answer["jobQueues"]]}


def test_without_an_image_nothing_starts(session: Session, where: Stack):
    """Everything of the template is in order, and nobody has pushed the image yet."""
    assert why(Aws(session), where).startswith("There is no image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/")


@pytest.mark.parametrize(
    ("operation", "change", "said"),
    [
        ("describe_job_queues", queue(state="DISABLED"), "is disabled; enable it."),
        ("describe_job_queues", queue(status="INVALID", statusReason="gone"), "is invalid: gone."),
        ("describe_compute_environments", environment(status="INVALID", statusReason="CLIENT_ERROR"), "CLIENT_ERROR"),
        ("describe_compute_environments", environment(state="DISABLED"), "is disabled; enable it."),
        ("describe_compute_environments", resources(maxvCpus=1), "The job needs 2 vCPUs"),
        ("describe_compute_environments", resources(desiredvCpus=64), "All 64 vCPUs of the queue are in use"),
        ("describe_compute_environments", resources(instanceRole="x/none"), "Instance profile none of"),
        ("get_instance_profile", lambda _: {"InstanceProfile": {"Roles": []}}, "has no role"),
        ("describe_route_tables", lambda _: {"RouteTables": [{"Routes": []}]}, "has no route to the internet"),
    ],
)
def test_the_first_cause_is_told(session: Session, where: Stack, operation: str, change: Any, said: str):
    """Queue, environment, cap, role, route: each in one sentence."""
    found = why(Changed(session, **{operation: change}), where)
    assert said in found
    assert found.endswith(".")


def test_a_quota_that_is_too_small_is_told(session: Session, where: Stack):
    class Quota(Changed):
        def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
            if service == "service-quotas":
                return {"Quota": {"Value": 0.0}}
            return {} if operation == "describe_images" else super().call(service, operation, **arguments)

    assert why(Quota(session), where) == (
        "The account's quota is 0 spot vCPUs in this region; ask for more under Service Quotas."
    )


def test_what_cannot_be_looked_at_is_passed_over(session: Session, where: Stack):
    """No right to look at roles or images: the rest is looked at, and the last sentence says what it can be."""

    class Blind(Changed):
        def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
            if service in ("iam", "ecr", "ec2", "service-quotas"):
                raise AwsError(f"{service}.{operation}", "AccessDenied", "")
            return super().call(service, operation, **arguments)

    assert why(Blind(session), where).startswith("Nothing is wrong with the queue: machines are starting")


def test_what_aws_says_itself_goes_first(session: Session, where: Stack):
    said = waiting.why(Aws(session), where.spot_queue, where.job_definition, 2, "CAPACITY:INSUFFICIENT")
    assert said == "AWS says: CAPACITY:INSUFFICIENT"


def test_the_rules_of_the_deployed_template_decide_as_ours(session: Session, where: Stack):
    """What DescribeJobDefinitions gives back can be fed to `retries`."""
    from batch import retries

    found = Aws(session).call("batch", "describe_job_definitions", jobDefinitions=[where.job_definition])
    strategy = found["jobDefinitions"][0]["retryStrategy"]
    for ending in (retries.Ending(143, "Host EC2 x"), retries.Ending(75), retries.Ending(1), retries.Ending(2)):
        assert retries.decide(strategy, ending, 1) == retries.decide(retries.strategy(2), ending, 1)
