"""Amazon ECS: the cluster that AWS Batch makes for each compute environment, named after it.

It goes with its environment; one that stayed is emptied first. Left out: its machines (`ec2`).
"""

from collections.abc import Iterator

from ...names import HomeNames, run_of
from ..door import Aws
from .kind import Found, Kind, Stage, found

_MOST_DESCRIBED = 100


def _find(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    arns = [arn for arn in aws.pages("ecs", "list_clusters", "clusterArns") if run_of(arn)]
    # the operator may describe these alone; one of ours under another name shows in the list by tag
    for start in range(0, len(arns), _MOST_DESCRIBED):
        some = arns[start : start + _MOST_DESCRIBED]
        for one in aws.call("ecs", "describe_clusters", clusters=some, include=["TAGS"])["clusters"]:
            if one["status"] != "INACTIVE":  # AWS lists a deleted cluster for a while
                arn = one["clusterArn"]
                yield from found("cluster", one["clusterName"], one.get("tags"), state=one["status"], arn=arn)


def _remove(aws: Aws, _home: HomeNames, cluster: Found) -> str:
    if cluster.state == "DEPROVISIONING":
        return ""
    for task in aws.pages("ecs", "list_tasks", "taskArns", cluster=cluster.arn):
        aws.call("ecs", "stop_task", cluster=cluster.arn, task=task, reason="removed by the launcher")
    for machine in aws.pages("ecs", "list_container_instances", "containerInstanceArns", cluster=cluster.arn):
        aws.call("ecs", "deregister_container_instance", cluster=cluster.arn, containerInstance=machine, force=True)
    aws.call("ecs", "delete_cluster", cluster=cluster.arn)
    return "deleted"


KINDS = (Kind("cluster", "ecs", Stage.REST, _find, _remove, r":ecs:.*:(cluster|container-instance|task)/launcher-"),)
