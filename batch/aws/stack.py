"""What template.yaml made: its outputs, which name all that the commands need.

Left out: deploying it (docs/batch-aws.md).
"""

from typing import NamedTuple

from ..errors import AwsError
from .door import Aws

NAME = "undertone-reviews"


class Stack(NamedTuple):
    """The outputs of the stack, by their names in template.yaml."""

    bucket: str
    spot_queue: str
    on_demand_queue: str
    job_definition: str
    log_group: str
    families: tuple[str, ...]


def find(aws: Aws, name: str = NAME) -> Stack:
    """Raises: AwsError where there is no such stack, or it was made by another template."""
    answer = aws.call("cloudformation", "describe_stacks", StackName=name)
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in answer["Stacks"][0].get("Outputs", [])}
    try:
        return Stack(
            outputs["BucketName"],
            outputs["SpotQueueArn"],
            outputs["OnDemandQueueArn"],
            outputs["JobDefinitionArn"],
            outputs["LogGroupName"],
            tuple(outputs["InstanceFamilies"].split(",")),
        )
    except KeyError as missing:
        raise AwsError("cloudformation", "OtherStack", f"{name} has no output {missing}") from None
