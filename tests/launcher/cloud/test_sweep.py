"""A sweep finds all that a run made, by tag or by name, and removes it in an order that AWS allows."""

import json
from collections.abc import Iterator
from typing import Any

from launcher.aws.decide import Wanted
from launcher.aws.door import Aws
from launcher.aws.sweep import dry, sweep
from launcher.aws.teardown import Teardown
from launcher.keep import parse_keep
from launcher.names import RunNames
from tests.launcher.cloud.scenery import (
    HOME,
    LATER,
    OTHER_RUN,
    RUN,
    SHA,
    Clock,
    Session,
    door,
    make_run,
    make_stack,
    put_files,
    put_image,
    refuse,
    remains,
)

ALL = Wanted()


def quiet(_line: str) -> None:
    pass


def swept(aws: Aws, wanted: Wanted = ALL) -> Teardown:
    return sweep(aws, HOME, wanted, quiet)


def test_all_of_a_run_goes(aws: Aws, url: str):
    """Plain calls of boto3 find nothing afterwards, and the receipt is clean."""
    make_run(aws)
    assert len(remains(url)) > 12
    receipt = swept(aws)
    assert remains(url) == set()
    assert receipt.clean


def test_what_a_stack_leaves_is_found(aws: Aws, url: str):
    """Moto's delete_stack says DELETE_COMPLETE and leaves queues and environments: they are found by name."""
    run = make_run(aws)
    aws.call("cloudformation", "delete_stack", StackName=run.stack)
    assert {run.spot, run.on_demand} <= remains(url)
    receipt = swept(aws)
    assert remains(url) == set()
    assert receipt.clean


def test_queues_go_before_environments_and_roles_last(aws: Aws):
    """An environment in a queue cannot be deleted, and one whose role is gone can be deleted by nobody."""
    run = make_run(aws)
    said: list[str] = []
    sweep(aws, HOME, ALL, said.append)
    order = [line.partition(" launcher-")[0] for line in said if line.endswith(("deleted", "deletion begun"))]
    firsts = [kind for number, kind in enumerate(order) if kind not in order[:number]]
    wanted = ["stack", "job queue", "compute environment"]
    assert [kind for kind in firsts if kind in wanted] == wanted
    assert said[-1] == f"schedule {run.schedule}: deleted"


def test_a_second_sweep_finds_nothing(aws: Aws):
    make_run(aws)
    swept(aws)
    again = swept(aws)
    assert (again.clean, again.removed) == (True, ())


def test_an_account_without_a_home_is_clean(url: str):
    """No bucket, no repository, no project: there is nothing to find in them."""
    assert swept(door(url)).clean


def test_what_bootstrap_made_stays(aws: Aws):
    """Roles of the home bear the launcher's name and no run's."""
    make_run(aws)
    swept(aws)
    assert aws.call("iam", "get_role", RoleName=HOME.service_role)["Role"]
    assert aws.call("s3", "head_bucket", Bucket=HOME.bucket)


def test_names_that_are_not_ours_stay(aws: Aws):
    """Somebody else's things, also such as begin like ours."""
    for group in ("/launcher/image", "/launcher/notes", "launcher-20260301"):
        aws.call("logs", "create_log_group", logGroupName=group)
    assert swept(aws).removed == ()


def test_two_runs_side_by_side(aws: Aws, url: str):
    """Removing one leaves the other, with the blobs and the image that both need."""
    make_run(aws, RUN, files="ab")
    other = make_run(aws, OTHER_RUN, files="bc")
    receipt = swept(aws, Wanted(frozenset([RUN])))
    left = remains(url)
    assert receipt.clean
    assert remains(url, RUN) <= left
    assert not any(RUN in name for name in left)
    assert {f"blobs/{SHA['b']}", f"blobs/{SHA['c']}", "image key1", other.spot, other.schedule} <= left
    assert f"blobs/{SHA['a']}" not in left


def test_a_run_that_starts_keeps_blobs_and_images(aws: Aws, url: str):
    """Its manifest comes last, so until then nobody knows what it needs."""
    make_run(aws, RUN)
    other = RunNames(OTHER_RUN)
    make_stack(aws, other)
    receipt = swept(aws, Wanted(frozenset([RUN])))
    assert {f"blobs/{SHA['a']}", "image key1"} <= remains(url)
    assert {one.why for one in receipt.kept} == {f"run {OTHER_RUN} is starting and may need it"}


def test_images_that_no_manifest_names_go(aws: Aws, url: str):
    put_image(aws, "old")
    swept(aws)
    assert remains(url) == set()


def test_runs_that_go_on_are_spared(aws: Aws, url: str):
    """A young run without a job that ended may be starting; it is left, told, and the exit is not 0."""
    make_stack(aws, RunNames(RUN))
    soon = door(url, Clock(LATER - 7200 + 600))
    receipt = swept(soon)
    assert not receipt.clean
    assert receipt.removed == ()
    assert {one.why for one in receipt.left} == {f"run {RUN} may be starting: it is 10 minutes old"}
    assert swept(soon, Wanted(frozenset([RUN]))).clean


def test_what_is_kept_by_name_stays(aws: Aws, url: str):
    put_files(aws, RunNames(RUN))
    put_image(aws, "key1")
    receipt = swept(aws, Wanted(keep=parse_keep("bucket")))
    assert receipt.clean
    assert {one.kind for one in receipt.kept} == {"folder"}
    assert remains(url) == {f"runs/{RUN}/manifest.json", f"blobs/{SHA['a']}", f"blobs/{SHA['b']}"}


def test_machines_disks_groups_and_clusters_are_found_by_tag(aws: Aws):
    """They have names of AWS's own making, and the tags that Batch copies from the environment."""
    tags = [{"Key": key, "Value": value} for key, value in RunNames(RUN).tags.items()]
    image = aws.call("ec2", "describe_images", Owners=["amazon"])["Images"][0]["ImageId"]
    spec = [{"ResourceType": "instance", "Tags": tags}]
    aws.call("ec2", "run_instances", ImageId=image, MinCount=2, MaxCount=2, TagSpecifications=spec)
    aws.call("ec2", "create_volume", AvailabilityZone="eu-west-1a", Size=30,
             TagSpecifications=[{"ResourceType": "volume", "Tags": tags}])  # fmt: skip
    aws.call("ecs", "create_cluster", clusterName=f"launcher-{RUN}-spot_Batch_0c1d")
    receipt = swept(aws)
    kinds = sorted(one.kind for one in receipt.removed)
    assert kinds == ["cluster", "disk", "machine", "machine"]
    assert {one.found_by for one in receipt.removed if one.kind != "cluster"} == {("tag",)}
    assert receipt.clean


def test_what_is_of_no_known_kind_is_left_and_told(aws: Aws):
    """The list by tag over all services shows what no other list does."""
    topic = aws.call("sns", "create_topic", Name="odd", Tags=[{"Key": "launcher:run", "Value": RUN}])["TopicArn"]
    receipt = swept(aws)
    assert not receipt.clean
    assert [one.name for one in receipt.left] == [topic]


def test_a_service_that_may_not_be_listed_is_never_passed_over(aws: Aws, url: str):
    """Blind somewhere: the rest is removed, the receipt is not clean and says where."""
    make_run(aws)

    def before(service: str, operation: str, _params: dict[str, Any]) -> None:
        if (service, operation) == ("logs", "DescribeLogGroups"):
            raise refuse("AccessDeniedException", operation)

    receipt = swept(door(url, before=before))
    assert not receipt.clean
    assert list(receipt.unseen) == ["log group"]
    assert remains(url) == set()


def test_a_throttled_sweep_gets_there(aws: Aws, url: str):
    """Two of three calls are refused for being too many."""
    make_run(aws)
    count = {"asked": 0}

    def before(_service: str, operation: str, _params: dict[str, Any]) -> None:
        count["asked"] += 1
        if count["asked"] % 3:
            raise refuse("ThrottlingException", operation)

    assert swept(door(url, before=before)).clean
    assert remains(url) == set()


def test_what_may_not_be_deleted_is_left_with_its_reason(aws: Aws, url: str):
    """The rest goes, but for roles and the schedule, which are needed as long as something is there."""
    run = make_run(aws)

    def before(_service: str, operation: str, _params: dict[str, Any]) -> None:
        if operation in ("DeleteComputeEnvironment", "DeleteStack"):
            raise refuse("AccessDeniedException", operation)

    receipt = swept(door(url, before=before))
    assert not receipt.clean
    left = {one.kind: one for one in receipt.left}
    assert {"stack", "compute environment", "role", "schedule"} <= set(left)
    assert "AccessDenied" in left["compute environment"].why
    assert left["compute environment"].costs
    assert {run.job_role, run.schedule} <= remains(url)
    assert not {name for name in remains(url) if name.startswith(("blobs/", "runs/", "image "))}


def test_a_network_that_comes_and_goes(aws: Aws, url: str):
    """No answer from one service for a while: the sweep looks again until it has seen it."""
    make_run(aws)
    gone = {"until": 40}

    def before(service: str, operation: str, _params: dict[str, Any]) -> None:
        if service == "batch" and gone["until"]:
            gone["until"] -= 1
            raise refuse("InternalError", operation)

    assert swept(door(url, before=before)).clean
    assert remains(url) == set()


def test_it_ends_when_nothing_changes_any_more(aws: Aws, url: str):
    """AWS takes its time; after the patience is over what is there is told."""
    make_run(aws)

    def before(_service: str, operation: str, _params: dict[str, Any]) -> None:
        if operation == "ListSchedules":
            raise refuse("InternalError", operation)

    clock = Clock()
    receipt = sweep(door(url, clock, before), HOME, ALL, quiet, patience_s=60)
    assert list(receipt.unseen) == ["schedule"]
    assert clock.now_s < LATER + 600


def test_a_dry_run_removes_nothing(aws: Aws, url: str):
    make_run(aws)
    before = remains(url)
    receipt = dry(aws, HOME, ALL)
    assert not receipt.clean
    assert remains(url) == before
    assert len(receipt.left) > 10


def test_the_receipt_as_json(aws: Aws):
    """It names what was removed, how it was found and done, and how many of each kind were seen at the end."""
    run = make_run(aws)
    plain = json.loads(swept(aws).to_json())
    assert plain["clean"] is True
    assert plain["looked"]["compute environment"] == 0
    (stack,) = [one for one in plain["removed"] if one["kind"] == "stack"]
    assert stack == {
        "kind": "stack", "name": run.stack, "run": RUN, "found_by": ["tag", "name"], "steps": ["deletion begun"]
    }  # fmt: skip


class Slow(Aws):
    """AWS as it is: what was disabled is at work on it for five more looks, and may not be deleted meanwhile."""

    def __init__(self, url: str) -> None:
        clock = Clock()
        super().__init__(Session(url), sleep=clock.sleep, clock=clock)
        self.busy: dict[str, int] = {}

    def pages(self, service: str, operation: str, field: str, **arguments: Any) -> Iterator[Any]:
        for one in super().pages(service, operation, field, **arguments):
            name = one.get("jobQueueName") or one.get("computeEnvironmentName") if isinstance(one, dict) else None
            if name and one.get("state") == "DISABLED":
                looked = self.busy[field + name] = self.busy.get(field + name, 0) + 1
                yield {**one, "status": "UPDATING"} if looked <= 5 else one
            else:
                yield one

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        fields = {"delete_job_queue": "jobQueue", "delete_compute_environment": "computeEnvironment"}
        if operation in fields:
            kind = fields[operation]
            assert self.busy[f"{kind}s{arguments[kind]}"] > 5, "deleted while AWS was at work on it"
        return super().call(service, operation, **arguments)


def test_it_waits_while_aws_is_at_work(aws: Aws, url: str):
    """Disabled, waited for, deleted; nothing is asked for twice."""
    run = make_run(aws)
    said: list[str] = []
    receipt = sweep(Slow(url), HOME, ALL, said.append)
    assert receipt.clean
    assert remains(url) == set()
    of_queue = [line for line in said if line.startswith(f"job queue {run.spot}:")]
    assert of_queue == [f"job queue {run.spot}: disabled", f"job queue {run.spot}: deleted"]
