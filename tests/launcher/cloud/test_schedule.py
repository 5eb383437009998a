"""The schedule deletes the stack once, at its moment, as a role that may do nothing else, and is forgotten then."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from launcher.aws import schedule
from launcher.aws.door import Aws
from launcher.names import RunNames
from tests.launcher.cloud.scenery import HOME, LATER, REGION, RUN

NAMES = RunNames(RUN)


def test_what_is_scheduled(aws: Aws):
    schedule.make(aws, HOME, NAMES, LATER)
    made = aws.call("scheduler", "get_schedule", GroupName="default", Name=NAMES.schedule)
    assert made["ScheduleExpression"] == "at(2026-03-01T14:00:00)"
    assert made["ActionAfterCompletion"] == "DELETE"
    assert made["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert made["Target"]["Arn"] == "arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack"
    assert json.loads(made["Target"]["Input"]) == {"StackName": NAMES.stack}
    assert made["Target"]["RoleArn"] == f"arn:aws:iam::{HOME.account}:role/launcher-scheduler-{REGION}"


def test_made_twice_it_is_moved(aws: Aws):
    schedule.make(aws, HOME, NAMES, LATER)
    schedule.make(aws, HOME, NAMES, LATER + 60)
    assert schedule.at(aws, NAMES) == LATER + 60


def test_none_is_none(aws: Aws):
    assert schedule.at(aws, NAMES) is None


@pytest.mark.parametrize(("operation", "act"), [("create_schedule", schedule.make), ("update_schedule", schedule.move)])
def test_botocore_takes_every_field(operation: str, act: object):
    """Its own model checks names and kinds, which moto does not."""
    client = boto3.Session("a", "b", region_name=REGION).client("scheduler")
    arn = f"arn:aws:scheduler:{REGION}:1:schedule/default/x"

    class Session:
        def client(self, service_name: str, *, config: object) -> object:
            del service_name, config
            return client

    with Stubber(client) as stub:
        stub.add_response(operation, {"ScheduleArn": arn})
        act(Aws(Session()), HOME, NAMES, LATER)  # type: ignore[operator]
        stub.assert_no_pending_responses()
