"""The whole life of a run against moto: started, followed, fetched, destroyed; with the very runner as the job."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from launcher import names
from launcher.aws import image, objects
from launcher.aws.destroy import destroy
from launcher.aws.waiting import why
from launcher.engines.aws import AwsEngine
from launcher.engines.protocol import Job, State
from launcher.errors import AwsError, EngineError, MoneyError, UnknownRun
from launcher.keep import parse_keep
from launcher.rehearsal.front import Answer
from launcher.rehearsal.world import ACCOUNT, REGION, World

from .conftest import SCRIPT, followed

MakeJob = Callable[..., Job]
FAILING = "import sys\nprint('no luck')\nopen(sys.argv[4] + '/half.txt', 'w').write('half')\nsys.exit(3)\n"
SLOW = """\
import pathlib, signal, sys, time
out = pathlib.Path(sys.argv[4])
(out / "begun.txt").write_text("begun")
def stop(*_):
    (out / "stopped.txt").write_text("in good order")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("waiting for a signal", flush=True)
time.sleep(100)
"""
THROTTLED = Answer(400, json.dumps({"__type": "ThrottlingException", "message": "slow"}).encode())


def of_run(world: World, run_id: str) -> list[str]:
    """What is there of a run, asked past the launcher."""
    batch, s3 = world.client("batch"), world.client("s3")
    found = [one["jobQueueArn"] for one in batch.describe_job_queues()["jobQueues"]]
    found += [one["computeEnvironmentArn"] for one in batch.describe_compute_environments()["computeEnvironments"]]
    found += [one["jobDefinitionArn"] for one in batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]]
    found += [one["StackName"] for one in world.client("cloudformation").describe_stacks()["Stacks"]]
    found += [one["Name"] for one in world.client("scheduler").list_schedules()["Schedules"]]
    found += [one["Name"] for one in world.client("events").list_rules()["Rules"]]
    found += [one["logGroupName"] for one in world.client("logs").describe_log_groups()["logGroups"]]
    found += [one["RoleName"] for one in world.client("iam").list_roles()["Roles"]]
    found += [one["Key"] for one in s3.list_objects_v2(Bucket=bucket()).get("Contents", [])]
    return [name for name in found if run_id in name]


def bucket() -> str:
    return names.HomeNames(ACCOUNT, REGION).bucket


def test_a_run_from_start_to_nothing_left(
    world: World, engine: AwsEngine, make_job: MakeJob, run_id: str, tmp_path: Path
):
    """Started, followed to its end, brought home and destroyed; nothing of it is there afterwards."""
    told: list[str] = []
    seen = tmp_path / "the machine was seen"  # which it must be while it is there: AWS forgets what it was
    waits = f"import os, time\nwhile not os.path.exists({str(seen)!r}):\n    time.sleep(0.05)\n"
    engine.start(make_job(run_id, waits + SCRIPT, spot=True), told.append)
    followed(engine, run_id, lambda _: bool(objects.machines(engine._aws, bucket(), names.RunNames(run_id))))
    seen.touch()
    status = followed(engine, run_id)
    assert (status.state, status.sentence) == (State.SUCCEEDED, "its script ended well and its results are there")
    (attempt,) = status.attempts
    assert (attempt.number, attempt.exit_code, attempt.spot, attempt.files) == (1, 0, True, 1)
    assert attempt.instance_type.partition(".")[0] in ("m7i", "r7i")
    assert (attempt.ended_s or 0) > attempt.started_s
    assert "made upper case" in list(engine.logs(run_id))
    assert engine.fetch(run_id, str(tmp_path / "home")) == ("façade 1.txt",)
    assert (tmp_path / "home/façade 1.txt").read_text() == "A LINE\n"
    assert engine.link(run_id).endswith(f"prefix=runs/{run_id}/results/&showversions=false")
    assert any(f"stack launcher-{run_id}" in line for line in told)
    assert of_run(world, run_id)
    engine.destroy(run_id, told.append)
    assert told[-1].startswith("Nothing is left")
    assert of_run(world, run_id) == []


def test_the_first_thing_is_the_schedule(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """Where even the first paid thing fails, the schedule was there before it, and then all is removed."""
    seen: list[Any] = []

    def refuse_the_stack(operation: str, _count: int) -> Answer | None:
        if operation == "cloudformation.CreateStack":
            seen.append(world.client("scheduler").get_schedule(Name=f"launcher-{run_id}-end"))
            return Answer(403, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")
        return None

    world.front.befall = refuse_the_stack
    with pytest.raises(AwsError, match="AccessDenied"):
        engine.start(make_job(run_id), lambda _: None)
    (schedule,) = seen
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert json.loads(schedule["Target"]["Input"]) == {"StackName": f"launcher-{run_id}"}
    assert of_run(world, run_id) == []


def test_a_script_that_fails_leaves_its_partial_results(
    engine: AwsEngine, make_job: MakeJob, run_id: str, tmp_path: Path
):
    """Its own exit code is told, it is not tried again, and what it wrote comes home."""
    engine.start(make_job(run_id, FAILING), lambda _: None)
    status = followed(engine, run_id)
    assert (status.state, len(status.attempts)) == (State.FAILED, 1)
    assert "exit code 3" in status.sentence
    assert status.attempts[0].partial
    assert engine.fetch(run_id, str(tmp_path / "home")) == ("half.txt",)
    assert "no luck" in list(engine.logs(run_id))


def test_a_person_stops_a_run(engine: AwsEngine, make_job: MakeJob, run_id: str, tmp_path: Path):
    """SIGTERM reaches the script, which ends in good order; what it made is brought home."""
    engine.start(make_job(run_id, SLOW), lambda _: None)
    followed(engine, run_id, lambda _: "waiting for a signal" in list(engine.logs(run_id)))
    engine.stop(run_id)
    status = followed(engine, run_id)
    assert (status.state, status.attempts[-1].exit_code) == (State.STOPPED, 143)
    assert engine.fetch(run_id, str(tmp_path / "home")) == ("begun.txt", "stopped.txt")


def test_a_lost_spot_machine_goes_on_on_demand(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """Twice on spot machines, then by the run's own EventBridge rule on demand; attempts are numbered through."""
    world.batch.lose |= {(f"launcher-{run_id}", 1), (f"launcher-{run_id}", 2)}
    engine.start(make_job(run_id, spot=True), lambda _: None)
    status = followed(engine, run_id)
    assert status.state is State.SUCCEEDED
    assert [(one.number, one.spot, one.exit_code) for one in status.attempts] == [
        (1, True, None), (2, True, None), (3, False, 0)
    ]  # fmt: skip
    assert all(one.reason.startswith("Host EC2") for one in status.attempts[:2])


def test_the_host_lost_once_is_tried_again_on_spot(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    world.batch.lose.add((f"launcher-{run_id}", 1))
    engine.start(make_job(run_id, spot=True), lambda _: None)
    status = followed(engine, run_id)
    assert [(one.spot, one.exit_code) for one in status.attempts] == [(True, None), (True, 0)]


def test_this_process_takes_over_where_the_rule_does_not(
    world: World, engine: AwsEngine, make_job: MakeJob, run_id: str, tmp_path: Path
):
    """Without the rule, a look two minutes later submits the job on demand, once."""
    world.batch.lose |= {(f"launcher-{run_id}", 1), (f"launcher-{run_id}", 2)}
    world.batch.go.clear()
    engine.start(make_job(run_id, spot=True), lambda _: None)
    events = world.client("events")
    events.remove_targets(Rule=f"launcher-{run_id}-host-lost", Ids=["on-demand"])
    world.batch.go.set()
    waiting = followed(engine, run_id, lambda s: "goes on on demand" in s.sentence)
    assert waiting.state is State.WAITING
    later = AwsEngine(world.door(clock=lambda: time.time() + 121), str(tmp_path / "state"), destroy=destroy, why=why)
    later.status(run_id)
    later.status(run_id)
    assert followed(engine, run_id).state is State.SUCCEEDED
    assert len([job for job in world.batch.jobs.values() if run_id in job.name]) == 2


def test_an_image_is_built_once(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """The second run with the same requirements finds the image of the first; other requirements are another."""
    before = world.front.asked["codebuild.StartBuild"]
    told: list[str] = []
    first = make_job(run_id, requirements="numpy==2.0\n", keep=parse_keep("image"))
    engine.start(first, told.append)
    second = make_job(f"{run_id[:-4]}z{run_id[-3:]}", requirements="numpy==2.0\n")
    engine.start(second, told.append)
    assert world.front.asked["codebuild.StartBuild"] - before == 1
    assert not image.is_there(world.door(), names.HomeNames(ACCOUNT, REGION), image.Image(b"numpy==2.1\n", "3.12").key)


def test_a_second_run_sends_what_changed(engine: AwsEngine, make_job: MakeJob, run_id: str):
    """And says so."""
    told: list[str] = []
    engine.start(make_job(run_id, keep=parse_keep("bucket")), lambda _: None)
    engine.start(make_job(f"{run_id[:-4]}y{run_id[-3:]}"), told.append)
    assert any("nothing sent" in line for line in told)


def test_two_runs_at_once(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str, tmp_path: Path):
    """Each has its stack, its job and its results; destroying one leaves the other alone."""
    other = f"{run_id[:-4]}x{run_id[-3:]}"
    jobs = {run_id: make_job(run_id), other: make_job(other, FAILING)}
    errors: list[BaseException] = []

    def start(name: str) -> None:
        try:
            engine.start(jobs[name], lambda _: None)
        except BaseException as error:  # noqa: BLE001  # a thread would keep it to itself
            errors.append(error)

    threads = [threading.Thread(target=start, args=(name,)) for name in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    states = {name: followed(engine, name).state for name in jobs}
    assert states == {run_id: State.SUCCEEDED, other: State.FAILED}
    engine.destroy(other, lambda _: None)
    assert of_run(world, other) == []
    assert engine.fetch(run_id, str(tmp_path / "home")) == ("façade 1.txt",)


def test_a_failed_build_tells_why_and_leaves_nothing(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """The phase that failed is told, the fix is `check`, and all that was made before it is removed."""
    failed = {"builds": [{"id": "b", "buildStatus": "FAILED", "currentPhase": "COMPLETED",
                          "phases": [{"phaseType": "BUILD", "phaseStatus": "FAILED"}]}]}  # fmt: skip
    home = names.HomeNames(ACCOUNT, REGION)

    def no_build(operation: str, _count: int) -> Answer | None:
        match operation:
            case "codebuild.StartBuild":
                return Answer(200, json.dumps({"build": {"id": "b"}}).encode())
            case "codebuild.BatchGetBuilds":
                return Answer(200, json.dumps(failed).encode())
        return None

    world.front.befall = no_build
    with pytest.raises(EngineError, match=r"could not be built \(failed\): phase BUILD") as raised:
        engine.start(make_job(run_id, requirements="nothing-of-this-name\n"), lambda _: None)
    assert "check" in raised.value.fix
    assert not image.is_there(world.door(), home, image.Image(b"nothing-of-this-name\n", "3.12").key)
    assert of_run(world, run_id) == []


def test_a_push_that_another_run_was_faster_with_is_no_error(
    world: World, engine: AwsEngine, make_job: MakeJob, run_id: str
):
    """Tags are never moved, so the later push of the same image is refused and its build fails; the image is there."""

    def refuse_the_push(operation: str, _count: int) -> Answer | None:
        if operation == "codebuild.BatchGetBuilds":
            return Answer(200, json.dumps({"builds": [{"id": "b", "buildStatus": "FAILED"}]}).encode())
        return None

    world.front.befall = refuse_the_push
    engine.start(make_job(run_id, requirements="built-twice\n"), lambda _: None)
    assert followed(engine, run_id).state is State.SUCCEEDED


def test_money_is_told_before_and_after(engine: AwsEngine, make_job: MakeJob, run_id: str, tmp_path: Path):
    """A quote before anything is paid, a receipt of the real attempts, and both are kept for the next quote."""
    told: list[str] = []
    engine.start(make_job(run_id, spot=True), told.append)
    quoted = "\n".join(told)
    assert quoted.index("$") < quoted.index("schedule the deletion")
    followed(engine, run_id)
    told.clear()
    engine.destroy(run_id, told.append)
    assert any("$" in line for line in told)
    (kept,) = [json.loads(line) for line in (tmp_path / "state/money.jsonl").read_text().splitlines()]
    assert kept["run_id"] == run_id
    assert 0 < kept["real"] <= kept["quoted_high"]


def test_a_limit_of_money_is_a_limit_of_time(engine: AwsEngine, make_job: MakeJob, run_id: str):
    """The script is told to end before it costs more, so that its partial results are there."""
    told: list[str] = []
    job = make_job(run_id, vcpus=8, memory_gb=16, timeout_s=36_000, max_cost=1.0)
    engine.start(job, told.append)
    manifest = json.loads(
        engine._aws.call("s3", "get_object", Bucket=bucket(), Key=f"runs/{run_id}/manifest.json")["Body"].read()
    )
    all_s, start_s = manifest["budget_s"]
    assert 60 <= manifest["timeout_s"] == all_s - start_s < 36_000
    assert any("--max-cost ends the script" in line for line in told)


def test_a_limit_that_is_reached_ends_the_script_cleanly(world: World, make_job: MakeJob, run_id: str, tmp_path: Path):
    """Looked at while somebody follows: SIGTERM, partial results, and the sentence says why."""
    late: list[float] = [0.0]
    engine = AwsEngine(
        world.door(clock=lambda: time.time() + late[0]), str(tmp_path / "state"), destroy=destroy, why=why
    )
    engine.start(make_job(run_id, SLOW, timeout_s=36_000, max_cost=1.0), lambda _: None)
    followed(engine, run_id, lambda _: "waiting for a signal" in list(engine.logs(run_id)))
    late[0] = 360_000.0
    assert "--max-cost is reached" in engine.status(run_id).sentence
    assert followed(engine, run_id).state is State.STOPPED
    assert engine.fetch(run_id, str(tmp_path / "home")) == ("begun.txt", "stopped.txt")


def test_a_limit_below_any_run_is_refused_before_anything_is_paid(
    world: World, engine: AwsEngine, make_job: MakeJob, run_id: str
):
    with pytest.raises(MoneyError) as raised:
        engine.start(make_job(run_id, vcpus=8, max_cost=0.01), lambda _: None)
    assert "--max-cost" in raised.value.fix
    assert of_run(world, run_id) == []


def test_throttled_calls_are_tried_again(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """The first call of every operation of a JSON service is refused; nothing of it is seen."""
    first: set[str] = set()

    def throttle(operation: str, _count: int) -> Answer | None:
        if operation in first or not operation.startswith(("codebuild.", "batch.", "logs.", "ecr.")):
            return None
        first.add(operation)
        return THROTTLED

    world.front.befall = throttle
    engine.start(make_job(run_id), lambda _: None)
    assert followed(engine, run_id).state is State.SUCCEEDED
    assert "batch.SubmitJob" in first


def test_an_answer_that_is_lost_submits_no_second_job(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """The job was made and the line broke: it is looked for by its name before it would be submitted again."""
    broken: list[str] = []

    def break_off(operation: str, _count: int) -> Answer | None:
        if operation == "batch.SubmitJob" and not broken and world.front.batch:
            broken.append(operation)
            queue, definition = f"launcher-{run_id}-on-demand", f"launcher-{run_id}"
            world.batch.submit({"jobName": f"launcher-{run_id}", "jobQueue": queue, "jobDefinition": definition})
            return Answer(0)
        return None

    world.front.befall = break_off
    engine.start(make_job(run_id), lambda _: None)
    assert broken == ["batch.SubmitJob"]
    assert followed(engine, run_id).state is State.SUCCEEDED
    assert len([job for job in world.batch.jobs.values() if run_id in job.name]) == 1


def test_a_waiting_job_says_why(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """In one sentence; it can be stopped before it began."""
    world.batch.go.clear()
    engine.start(make_job(run_id), lambda _: None)
    status = followed(engine, run_id, lambda s: s.state is State.WAITING)
    assert status.sentence
    engine.stop(run_id)
    assert followed(engine, run_id).state is State.STOPPED


def test_a_dry_run_does_nothing(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """Its plan begins with the schedule and ends with the teardown, and nothing of it is there."""
    steps = engine.plan(make_job(run_id, requirements="only-here\n", notify="a@b.example"))
    assert [step.name for step in steps] == [
        "Schedule", "Upload", "BuildImage", "Notify", "MakeStack", "Submit", "Wait", "Fetch", "Receipt", "Destroy"
    ]  # fmt: skip
    assert of_run(world, run_id) == []


def test_mails_are_asked_for_once(world: World, engine: AwsEngine, make_job: MakeJob, run_id: str):
    """The address is subscribed, and the run's rule tells the topic when its job ends."""
    engine.start(make_job(run_id, notify="one@example.org"), lambda _: None)
    rule = world.client("events").list_targets_by_rule(Rule=f"launcher-{run_id}-finished")["Targets"]
    assert [target["Arn"] for target in rule] == [names.HomeNames(ACCOUNT, REGION).topic_arn]
    again = engine.plan(make_job(f"{run_id[:-4]}w{run_id[-3:]}", notify="one@example.org"))
    assert "Notify" not in [step.name for step in again]


def test_an_unknown_run_is_told_so(engine: AwsEngine):
    """Neither here nor in the account is there anything of it; and what is no id is refused unasked."""
    with pytest.raises(UnknownRun):
        engine.status("20200101-000000-none")
    with pytest.raises(UnknownRun):
        engine.status("../../etc")


def test_the_journal_tells_what_was_done(engine: AwsEngine, make_job: MakeJob, run_id: str, tmp_path: Path):
    """A line when a step begins, one when it is done."""
    engine.start(make_job(run_id), lambda _: None)
    text = (tmp_path / "state/runs" / run_id / "journal.jsonl").read_text()
    lines = [(line["step"], line["state"]) for line in map(json.loads, text.splitlines())]
    assert lines[:4] == [("Schedule", "begun"), ("Schedule", "done"), ("Upload", "begun"), ("Upload", "done")]
    assert lines[-1] == ("Submit", "done")
