"""The home of an account: made, found again, brought up to date, and refused where something stands in its way."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from launcher.aws import bootstrap, outputs, stacks
from launcher.aws.door import Aws
from launcher.errors import AwsError, LeftBehind, PlanError
from launcher.names import HomeNames
from launcher.rehearsal.world import ACCOUNT, REGION, World, bare, settle

from .test_door import Answers

HOME = HomeNames(ACCOUNT, REGION)
POLICY = '{"Version": "2012-10-17", "Statement": []}'


def test_the_first_time_and_the_second():
    """A run before it is told what to do; twice it is one home; without runs it can be removed, but for the bucket."""
    told: list[str] = []
    with bare() as world:
        with pytest.raises(PlanError, match="has no launcher") as raised:
            outputs.find(world.door())
        assert "bootstrap" in raised.value.fix
        first = settle(world, told.append)
        assert first.bucket == HOME.bucket
        assert len(first.subnets.split(",")) == 3
        assert bootstrap.bootstrap(world.door(), told.append, policy=POLICY) == first
        assert len(world.client("cloudformation").describe_stacks()["Stacks"]) == 1
        with pytest.raises(LeftBehind, match="run 20260301-120000-a1b2"):
            bootstrap.remove(world.door(), told.append, ["20260301-120000-a1b2"])
        assert outputs.find(world.door()) == first


def test_a_bucket_in_the_way_is_told_before_anything_is_made():
    """Of an earlier home that was removed: a stack could not take it over."""
    with bare() as world:
        world.client("s3").create_bucket(Bucket=HOME.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        with pytest.raises(AwsError, match="BucketAlreadyThere") as raised:
            settle(world)
        assert HOME.bucket in raised.value.fix
        assert stacks.status(world.door(), HOME.stack) == ""


def test_a_home_of_another_version_is_told(world: World):
    with pytest.raises(PlanError, match="another version"):
        outputs.find(world.door(), version="2")


def test_the_first_cause_of_a_failed_stack_is_told():
    """What was cancelled because of it comes after; events come newest first."""
    events = [
        {"ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "Queue", "ResourceStatusReason": "cancelled"},
        {"ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "JobRole", "ResourceStatusReason": "not allowed"},
        {"ResourceStatus": "CREATE_IN_PROGRESS", "LogicalResourceId": "JobRole"},
    ]
    assert stacks.cause(events) == "JobRole failed: not allowed"


@pytest.mark.parametrize(
    ("said", "expected"), [("No updates are to be performed.", ["is up to date"]), ("Stack is busy", None)]
)
def test_a_changed_template_is_sent_again(said: str, expected: list[str] | None):
    """AWS says so where nothing would change (moto cannot update this stack); any other refusal is an error."""
    told: list[str] = []
    refusal = ClientError({"Error": {"Code": "ValidationError", "Message": said}}, "UpdateStack")
    aws = Aws(Answers({"TemplateBody": "old"}, refusal))
    if expected is None:
        with pytest.raises(AwsError, match=said):
            bootstrap._update(aws, HOME, "new", {}, told.append)
        return
    bootstrap._update(aws, HOME, "new", {}, told.append)
    assert [line.rpartition("bootstrap ")[2] for line in told] == expected


def test_a_changed_template_goes_out_with_what_was_said_before():
    """The address of mails stays where none is given anew."""
    told: list[str] = []
    session = Answers({"TemplateBody": "old"}, {})
    bootstrap._update(Aws(session), HOME, "new", {}, told.append)
    assert told == ["bringing stack launcher-bootstrap up to date"]
    assert session.asked == 2
