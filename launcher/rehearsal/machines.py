"""A machine for an attempt: an instance of moto's EC2, registered in the cluster of the queue's environment.

So that a sweep has machines to find, and a receipt their types. Left out: sharing one, and choosing its type by price.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

Clients = Callable[[str], Any]
_SIZE = "2xlarge"


class Machine(NamedTuple):
    """One that runs."""

    arn: str
    """Of the container instance."""
    cluster: str
    instance: str


def start(clients: Clients, queue: str) -> Machine:
    """One of the first family of the queue's environment, tagged as the environment says."""
    batch, ec2 = clients("batch"), clients("ec2")
    order = batch.describe_job_queues(jobQueues=[queue])["jobQueues"][0]["computeEnvironmentOrder"]
    names = [order[0]["computeEnvironment"]]
    environment = batch.describe_compute_environments(computeEnvironments=names)["computeEnvironments"][0]
    needs = environment["computeResources"]
    image = ec2.describe_images()["Images"][0]["ImageId"]
    family = needs["instanceTypes"][0]
    tags = [{"Key": key, "Value": value} for key, value in (needs.get("tags") or {}).items()]
    instance = ec2.run_instances(
        ImageId=image, InstanceType=family if "." in family else f"{family}.{_SIZE}", MinCount=1, MaxCount=1,
        SubnetId=needs["subnets"][0], TagSpecifications=[{"ResourceType": "instance", "Tags": tags}] if tags else [],
    )["Instances"][0]["InstanceId"]  # fmt: skip
    cluster = environment["ecsClusterArn"]
    registered = clients("ecs").register_container_instance(
        cluster=cluster, instanceIdentityDocument=json.dumps({"instanceId": instance})
    )
    return Machine(registered["containerInstance"]["containerInstanceArn"], cluster, instance)


def end(clients: Clients, machine: Machine) -> None:
    """Taken away, as the environment does when nothing runs; what a sweep removed meanwhile is no matter."""
    ecs = clients("ecs")
    with suppress(ecs.exceptions.ClusterNotFoundException):
        ecs.deregister_container_instance(cluster=machine.cluster, containerInstance=machine.arn, force=True)
    clients("ec2").terminate_instances(InstanceIds=[machine.instance])
