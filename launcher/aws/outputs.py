"""What `bootstrap` made in an account and a region, found again by the outputs of its stack.

Left out: making it (`bootstrap`), and the names that need no look (`names`).
"""

from dataclasses import dataclass

from ..errors import PlanError
from ..names import HomeNames
from . import stacks, whose
from .door import Aws

VERSION = "1"
"""Of bootstrap.yaml's outputs."""
FIX = "an administrator runs `python -m launcher bootstrap`"


@dataclass(frozen=True)
class Outputs:
    """All of them that a run needs."""

    names: HomeNames
    bucket: str
    subnets: str
    security_group: str
    instance_profile_arn: str
    service_role_arn: str
    stacks_role_arn: str
    scheduler_role_arn: str
    boundary_arn: str
    topic_arn: str


_KEYS = {
    "bucket": "Bucket",
    "subnets": "Subnets",
    "security_group": "SecurityGroup",
    "instance_profile_arn": "InstanceProfileArn",
    "service_role_arn": "ServiceRoleArn",
    "stacks_role_arn": "StacksRoleArn",
    "scheduler_role_arn": "SchedulerRoleArn",
    "boundary_arn": "BoundaryArn",
    "topic_arn": "TopicArn",
}


def find(aws: Aws, version: str = VERSION) -> Outputs:
    """Of the account and region that the credentials lead to.

    Raises: PlanError where there are none, or of another version; AwsError.
    """
    names = whose.find(aws)
    found = stacks.outputs(aws, names.stack)
    if not found:
        raise PlanError(f"account {names.account} has no launcher in {names.region}", FIX)
    if found.get("Version") != version or not all(found.get(key) for key in _KEYS.values()):
        raise PlanError(f"the launcher in {names.region} was made by another version", f"{FIX} again")
    return Outputs(names, **{field: found[key] for field, key in _KEYS.items()})
