"""What a run needs and in which order it is made, decided without asking anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launcher.errors import PlanError
from launcher.keep import parse_keep
from launcher.manifest import File, Manifest
from launcher.options import Options
from launcher.plan import There, begin, plan, shown
from launcher.spec import SEND_S, START_S, Spec, resources, spec
from launcher.steps import Destroy

RUN = "20260301-120000-a1b2"
NOW_S = 1_772_366_400.0  # 2026-03-01 12:00 UTC


def made(**more: object) -> Spec:
    options = Options(project="p", **{"vcpus": 8, "memory_gb": 32, "spot": True, "timeout_s": 7200, **more})  # type: ignore[arg-type]
    file = File("main.py", "0" * 64, 2_000_000)
    manifest = Manifest((file,), (), "main.py", "3.12", "0" * 64, "k" * 40, f"runs/{RUN}/results", options.timeout_s)
    return spec(RUN, options, manifest, "123456789012", "eu-west-1", ("p", "d"), NOW_S)


def names(steps: tuple[object, ...]) -> list[str]:
    return [type(step).__name__ for step in steps]


def test_the_schedule_is_first_and_the_teardown_last():
    """Nothing is paid before something else is sure to end it."""
    steps = plan(made(), There(home=True), "out")
    assert names(steps) == [
        "Schedule", "Upload", "BuildImage", "MakeStack", "Submit", "Wait", "Fetch", "Receipt", "Destroy"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        (There(home=True, image=True), "BuildImage"),
        (There(home=True, schedule=True), "Schedule"),
        (There(home=True, stack="CREATE_COMPLETE"), "MakeStack"),
        (There(home=True, job=True), "Submit"),
    ],
)
def test_what_is_there_is_not_made_again(there: There, missing: str):
    assert missing not in names(begin(made(), there))


def test_a_mail_is_asked_for_once():
    assert "Notify" in names(begin(made(notify="a@b.example"), There(home=True)))
    assert "Notify" not in names(begin(made(notify="a@b.example"), There(home=True, mailed=True)))
    assert "Notify" not in names(begin(made(), There(home=True)))


def test_without_a_home_nothing_is_planned():
    with pytest.raises(PlanError) as raised:
        plan(made(), There(home=False))
    assert "bootstrap" in raised.value.fix


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_FAILED"])
def test_a_stack_that_is_half_there_is_not_built_upon(status: str):
    with pytest.raises(PlanError, match=status) as raised:
        plan(made(), There(home=True, stack=status))
    assert f"destroy {RUN}" in raised.value.fix


def test_a_dry_run_reads_like_a_list():
    lines = shown(plan(made(keep=parse_keep("bucket")), There(home=True), "out"))
    assert lines[0] == f" 1. schedule the deletion of stack launcher-{RUN} at 2026-03-01 15:15 UTC, whatever happens"
    assert lines[1].endswith("1 files (2.0 MB) to s3://launcher-123456789012-eu-west-1/blobs/")
    assert "8 vCPUs, 32 GB, 31 GB disk, spot machines, else on demand" in lines[3]
    assert lines[-1].endswith(f"all else of run {RUN}, keeping bucket")


def test_the_deadline_leaves_time_to_start_and_to_send():
    """The script is told to end before the stack is deleted under it."""
    found = made()
    assert found.deadline_s == NOW_S + START_S + 7200 + SEND_S
    assert found.end_by_s == found.deadline_s - SEND_S
    assert found.attempt_s == 7200 + SEND_S


@pytest.mark.parametrize(
    ("vcpus", "memory_gb", "gpus", "family"),
    [
        (4, 7, 0, "c7i"),
        (4, 14, 0, "m7i"),
        (4, 16, 0, "r7i"),
        (2, 60, 0, "r7i"),
        (8, 2000, 0, "x2idn"),
        (4, 16, 1, "g4dn"),
    ],
)
def test_families_fit_the_memory_of_each_vcpu(vcpus: int, memory_gb: float, gpus: int, family: str):
    """16 GB do not fit the 16 GiB of an m7i.xlarge, as the system keeps some."""
    found = resources(Options(project="p", vcpus=vcpus, memory_gb=memory_gb, gpus=gpus), 0)
    assert found.families[0] == family


@pytest.mark.parametrize("vcpus", [0.25, 1, 2, 3, 8, 48, 96, 192])
def test_the_cap_lets_a_machine_in(vcpus: float):
    """Of the size that fits, or the next: sizes double."""
    found = resources(Options(project="p", vcpus=vcpus, memory_gb=4), 0)
    assert found.vcpus >= vcpus
    assert found.max_vcpus >= 2 * found.vcpus


def test_whole_vcpus_and_mebibytes_are_asked_for():
    found = resources(Options(project="p", vcpus=0.5, memory_gb=1.5), 10_000_000_000)
    assert (found.vcpus, found.memory_mb, found.disk_gb) == (1, 1536, 60)


@pytest.mark.parametrize("asked", [{"vcpus": 256}, {"gpus": 16}, {"memory_gb": 20000}])
def test_what_no_machine_has_is_refused(asked: dict[str, float]):
    with pytest.raises(PlanError):
        resources(Options(project="p", **asked), 0)  # type: ignore[arg-type]


def test_a_step_says_what_is_kept():
    assert "keeping" not in str(Destroy(made()))
    assert "keeping image, instance:30m" in str(Destroy(made(), parse_keep("image,instance:30m")))
    assert replace(made(), size_bytes=5).size_bytes == 5
