"""The shipped policy is exactly what a rehearsal of all that an operator does asked for, and no administrator's."""

import json
from typing import Any

from launcher.aws import bootstrap
from launcher.aws.recorder import Asked
from launcher.policy import policy, to_json
from launcher.rehearsal.operator import rehearse
from launcher.rehearsal.world import rehearsing

INLINE_MOST_BYTES = 10_240
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role."""


def shipped() -> dict[str, Any]:
    return json.loads(bootstrap.POLICY.read_text(encoding="utf-8"))


def test_it_is_what_a_rehearsal_asked_for():
    """`python -m launcher.rehearsal.operator` writes it anew."""
    with rehearsing() as world:
        asked = rehearse(world)
        assert world.batch.errors == []
    assert to_json(policy(asked)) == bootstrap.POLICY.read_text(encoding="utf-8")


def test_the_template_takes_it_whole():
    """It stands in bootstrap.yaml as it is, and fits the role."""
    compact = json.dumps(shipped())
    assert compact in bootstrap.template(bootstrap.POLICY.read_text(encoding="utf-8"))
    assert len(compact) < INLINE_MOST_BYTES


def test_what_changes_something_names_what_is_ours():
    """On everything are allowed: to look, to ask prices, and, only where our tag is, to end machines."""
    for statement in shipped()["Statement"]:
        if statement["Resource"] != "*" or "Condition" in statement:
            continue
        verbs = {action.partition(":")[2] for action in statement["Action"]}
        assert {verb for verb in verbs if not verb.startswith(("Describe", "List", "Get"))} == set()


def test_it_makes_no_roles_and_passes_two():
    """Roles are made by CloudFormation within the boundary; the operator hands over two, each to one service."""
    iam = {a for s in shipped()["Statement"] for a in s["Action"] if a.startswith("iam:")}
    assert not {action for action in iam if action.startswith(("iam:Create", "iam:Put", "iam:Attach", "iam:Update"))}
    passed = [s for s in shipped()["Statement"] if s["Action"] == ["iam:PassRole"]]
    assert [s["Resource"].rpartition("/")[2] for s in passed] == ["launcher-stacks-*", "launcher-scheduler-*"]
    assert all("iam:PassedToService" in s["Condition"]["StringEquals"] for s in passed)


def test_roles_of_the_home_cannot_be_deleted():
    """Ids of runs begin with their year; no role of `bootstrap` begins so."""
    deleting = [s["Resource"] for s in shipped()["Statement"] if "iam:DeleteRole" in s["Action"]]
    assert deleting == ["arn:aws:iam::*:role/launcher-2*"]


def test_the_order_of_calls_does_not_matter():
    asked = [
        Asked("batch:ListJobs", "*"),
        Asked("s3:GetObject", "arn:aws:s3:::launcher-123456789012-eu-west-1/blobs/a"),
    ]
    assert policy(asked) == policy(reversed(asked))
