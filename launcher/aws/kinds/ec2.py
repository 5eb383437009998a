"""Amazon EC2 and its Auto Scaling: machines, the groups that start them anew, their disks, launch templates.

A machine has no name of its own: it is a run's by any of its tags, which AWS Batch copies from the environment. Groups
go with the machines, or they would replace them. Left out: networks, which are `bootstrap`'s and cost nothing.
"""

from collections.abc import Iterator

from ...names import HomeNames
from ..door import Aws
from .kind import Found, Kind, Stage, found, tags_of

_THERE = ["pending", "running", "shutting-down", "stopping", "stopped"]


def _find_machines(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    there = [{"Name": "instance-state-name", "Values": _THERE}]
    for reservation in aws.pages("ec2", "describe_instances", "Reservations", Filters=there):
        for one in reservation["Instances"]:
            tags = tags_of(one.get("Tags"))
            yield from found("machine", one["InstanceId"], tags, also=tags.values(), state=one["State"]["Name"])


def _end_machine(aws: Aws, _home: HomeNames, machine: Found) -> str:
    if machine.state == "shutting-down":
        return ""
    aws.call("ec2", "terminate_instances", InstanceIds=[machine.name])
    return "terminated"


def _find_groups(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"):
        name, arn = one["AutoScalingGroupName"], one["AutoScalingGroupARN"]
        yield from found("scaling group", name, one.get("Tags"), state=one.get("Status", ""), arn=arn)


def _remove_group(aws: Aws, _home: HomeNames, group: Found) -> str:
    if group.state:  # AWS says "Delete in progress", and nothing otherwise
        return ""
    aws.call("autoscaling", "delete_auto_scaling_group", AutoScalingGroupName=group.name, ForceDelete=True)
    return "deleted"


def _find_disks(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("ec2", "describe_volumes", "Volumes"):
        tags, size = tags_of(one.get("Tags")), int(one["Size"]) * 2**30
        yield from found("disk", one["VolumeId"], tags, also=tags.values(), state=one["State"], size_bytes=size)


def _remove_disk(aws: Aws, _home: HomeNames, disk: Found) -> str:
    if disk.state != "available":  # it goes with its machine, or is free soon after
        return ""
    aws.call("ec2", "delete_volume", VolumeId=disk.name)
    return "deleted"


def _find_templates(aws: Aws, _home: HomeNames) -> Iterator[Found]:
    for one in aws.pages("ec2", "describe_launch_templates", "LaunchTemplates"):
        more = {"id": one["LaunchTemplateId"]}
        also = tags_of(one.get("Tags")).values()
        yield from found("launch template", one["LaunchTemplateName"], one.get("Tags"), also=also, more=more)


def _remove_template(aws: Aws, _home: HomeNames, template: Found) -> str:
    aws.call("ec2", "delete_launch_template", LaunchTemplateId=template.more["id"])
    return "deleted"


KINDS = (
    Kind("scaling group", "autoscaling", Stage.MACHINES, _find_groups, _remove_group, ":autoscaling:", costs=True),
    Kind("machine", "ec2", Stage.MACHINES, _find_machines, _end_machine, r":ec2:.*:instance/", costs=True),
    Kind("disk", "ec2", Stage.REST, _find_disks, _remove_disk, r":ec2:.*:volume/", costs=True),
    Kind("launch template", "ec2", Stage.REST, _find_templates, _remove_template, r":ec2:.*:launch-template/"),
)
