"""Every name of a run can be traced back to it, and fits what AWS allows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.names import HomeNames, RunNames, results_link, run_of

IDS = st.from_regex(r"[0-9]{8}-[0-9]{6}-[a-z0-9]{4}", fullmatch=True)
PROPERTIES = [name for name, value in vars(RunNames).items() if isinstance(value, property)]
NOT_NAMES = {"prefix", "manifest_key", "results_prefix", "tags"}


@given(IDS, st.sampled_from(sorted(set(PROPERTIES) - NOT_NAMES)))
def test_a_name_leads_back_to_its_run(run_id: str, which: str):
    """Also inside an ARN, and inside a name that AWS made from ours."""
    name = getattr(RunNames(run_id), which)
    assert run_of(name) == run_id
    assert run_of(f"arn:aws:iam::123456789012:role/{name}") == run_id
    assert run_of(f"AWSBatch-{name}-0c1d") == run_id if not name.startswith("/") else True


@given(IDS)
def test_names_are_not_too_long(run_id: str):
    """A role has at most 64 letters (IAM), a queue 128 (AWS Batch), a schedule 64 (EventBridge Scheduler)."""
    run = RunNames(run_id)
    assert max(len(run.job_role), len(run.rule_role), len(run.schedule)) <= 64
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{1,127}", name) for name in (run.spot, run.on_demand, run.job))


@pytest.mark.parametrize("name", ["launcher-bootstrap", "launcher-images", "launcher-123456789012-eu-west-1", "x"])
def test_what_the_account_has_once_is_no_runs(name: str):
    assert run_of(name) is None


def test_an_id_is_not_found_inside_a_longer_one():
    assert run_of("launcher-20260301-120000-a1b2c3") is None


def test_names_of_the_home_carry_what_makes_them_unique():
    """A bucket's name is the world's, a role's the account's: the region is in both."""
    home = HomeNames("123456789012", "eu-west-1")
    assert home.bucket == "launcher-123456789012-eu-west-1"
    roles = (home.operator_role, home.build_role, home.stacks_role, home.scheduler_role, home.instance_role)
    assert all(role.endswith("-eu-west-1") for role in roles)
    assert HomeNames("1", "cn-north-1").image("k") == "1.dkr.ecr.cn-north-1.amazonaws.com.cn/launcher-images:k"


def test_the_link_leads_to_the_folder():
    link = results_link("b", "eu-west-1", "runs/r/results/")
    assert link.startswith("https://eu-west-1.console.aws.amazon.com/s3/buckets/b?")
    assert "prefix=runs/r/results/" in link
