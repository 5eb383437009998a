"""All that a person with the operator's role does, rehearsed once, and what of AWS that asked for.

`python -m launcher.rehearsal.operator` writes launcher/policy.json anew. Left out: what an administrator does
(`bootstrap`), and making the policy from the calls (`policy`).
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import blobs
from ..aws import bootstrap, kept, logs, schedule, sweep, waiting, whose
from ..aws.decide import Wanted
from ..aws.destroy import destroy
from ..aws.door import Aws
from ..aws.recorder import Asked, Recorder
from ..engines.aws import AwsEngine
from ..errors import AwsError, EngineError
from ..keep import Keep
from ..money import live
from ..names import HomeNames, RunNames, as_aws
from ..options import Options
from ..policy import policy, to_json
from ..prepare import prepare
from .world import World, rehearsing

_SCRIPT = "import pathlib, sys\n(pathlib.Path(sys.argv[4]) / 'done.txt').write_text('done')\nprint('done')\n"
_FIRST, _SECOND, _DEAD = "20260301-120000-aaaa", "20260301-120000-bbbb", "20260301-120000-cccc"
_LOST = "20260301-120000-dddd"
_PATIENCE_S = 300.0
_QUIET: Callable[[str], None] = lambda _line: None  # noqa: E731  # a value that is passed on


def rehearse(world: World) -> list[Asked]:
    """Two runs, one that died half-way, one of which only pieces are left; every question about them, and a sweep.

    Raises: LauncherError.
    """
    recorder = Recorder()
    aws = world.door(recorder=recorder)
    with tempfile.TemporaryDirectory(prefix="launcher-policy-") as folder:
        _live(world, aws, folder)
        _die(world, aws, folder)
    _pieces(world, aws)
    sweep.sweep(aws, whose.find(aws), Wanted(going=True), _QUIET, patience_s=60)
    _ask_prices(aws)
    return recorder.asked


def _live(world: World, aws: Aws, folder: str) -> None:
    """A run from its start to its results; a second one that waits, is asked why, is stopped and keeps its machine."""
    engine = _engine(aws, folder)
    engine.start(prepare(_options(folder, "first"), _FIRST), _QUIET)
    _ended(engine, _FIRST)
    list(engine.logs(_FIRST))
    engine.fetch(_FIRST, os.path.join(folder, "home"))
    engine.deadline(_FIRST)
    world.batch.go.clear()
    engine.start(prepare(_options(folder, "second", notify="somebody@example.com"), _SECOND), _QUIET)
    engine.status(_SECOND)
    names = RunNames(_SECOND)
    list(waiting.causes(aws, names.spot, names.definition))
    engine.stop(_SECOND)
    world.batch.go.set()
    home = whose.find(aws)
    destroy(aws, home, _SECOND, (Keep("bucket"), Keep("image"), Keep("instance", 60)), _QUIET, patience_s=5)
    aws.call("batch", "update_compute_environment", computeEnvironment=names.spot, computeResources={"minvCpus": 0})
    schedule.move(aws, home, names, aws.clock() + 3600)
    for run in (_FIRST, _SECOND):
        destroy(aws, home, run, (), _QUIET, patience_s=60)


def _die(world: World, aws: Aws, folder: str) -> None:
    """A run that nobody destroys: moto leaves its queues, so the sweep removes them by hand."""
    world.batch.go.clear()
    _engine(aws, folder).start(prepare(_options(folder, "dead"), _DEAD), _QUIET)
    world.batch.go.set()


def _pieces(world: World, aws: Aws) -> None:
    """What a stack may leave of a run: made past the door, so that making it is not in the policy."""
    run, home = RunNames(_LOST), whose.find(aws)
    tags, ec2, ecs = as_aws(run.tags), world.client("ec2"), world.client("ecs")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=[_of("instance", tags)])
    ec2.create_volume(AvailabilityZone=f"{home.region}a", Size=30, TagSpecifications=[_of("volume", tags)])
    ec2.create_launch_template(
        LaunchTemplateName=run.launch_template, LaunchTemplateData={"ImageId": image, "InstanceType": "m5.large"}
    )
    _group(world, run, ec2.describe_subnets()["Subnets"][0]["SubnetId"])
    cluster = ecs.create_cluster(clusterName=f"{run.spot}_Batch_1")["cluster"]["clusterName"]
    _machine_and_task(world, cluster, image)
    world.client("logs").create_log_group(logGroupName=run.log_group)
    world.client("events").put_rule(Name=run.rule_finished, EventPattern='{"source": ["aws.batch"]}')
    world.client("events").put_targets(Rule=run.rule_finished, Targets=[{"Id": "mail", "Arn": home.topic_arn}])
    _role(world, run)
    for key in (f"{run.prefix}results/half", blobs.key("0" * 64)):
        world.client("s3").create_multipart_upload(Bucket=home.bucket, Key=key)
    _read_build_log(aws, home)
    kept.save(aws, home, kept.Kept(_LOST))
    kept.forget(aws, home, [_LOST])
    build = world.client("codebuild").start_build(projectName=home.build_project)["build"]["id"]
    aws.call("codebuild", "stop_build", id=build)  # moto's builds have ended when a sweep looks


def _read_build_log(aws: Aws, home: HomeNames) -> None:
    """As after a build that failed; there is none here."""
    try:
        list(logs.lines(aws, home.build_logs, "none"))
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


def _of(kind: str, tags: list[dict[str, str]]) -> dict[str, Any]:
    return {"ResourceType": kind, "Tags": tags}


def _group(world: World, run: RunNames, subnet: str) -> None:
    world.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=f"{run.spot}-asg", MinSize=0, MaxSize=0, VPCZoneIdentifier=subnet,
        LaunchTemplate={"LaunchTemplateName": run.launch_template},
    )  # fmt: skip


def _machine_and_task(world: World, cluster: str, image: str) -> None:
    """A machine in the cluster with a task on it."""
    ec2, ecs = world.client("ec2"), world.client("ecs")
    machine = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    document = json.dumps({"instanceId": machine, "accountId": "1", "region": "eu-west-1", "imageId": image})
    ecs.register_container_instance(cluster=cluster, instanceIdentityDocument=document)
    container = {"name": "job", "image": "job", "cpu": 1, "memory": 64}
    task = ecs.register_task_definition(family="rehearsal", containerDefinitions=[container])["taskDefinition"]
    ecs.run_task(cluster=cluster, taskDefinition=task["taskDefinitionArn"])


def _role(world: World, run: RunNames) -> None:
    iam, trust = world.client("iam"), json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName=run.job_role, AssumeRolePolicyDocument=trust)
    allowed = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_role_policy(RoleName=run.job_role, PolicyName="files", PolicyDocument=document)
    attached = iam.create_policy(PolicyName=f"{run.job_role}-more", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=run.job_role, PolicyArn=attached)


def _ask_prices(aws: Aws) -> None:
    """Moto has no price list; that it was asked is what counts here."""
    from datetime import UTC, datetime

    from ..money import prices

    machines = prices.load(live.PRICING_REGION).machines[:1]
    try:
        live.ask(aws, aws, "eu-west-1", machines, datetime.fromtimestamp(aws.clock(), UTC))
    except AwsError:
        aws.call("ec2", "describe_spot_price_history", InstanceTypes=[machines[0].type])


def _engine(aws: Aws, folder: str) -> AwsEngine:
    return AwsEngine(aws, os.path.join(folder, "state"), destroy=destroy, why=waiting.why)


def _options(folder: str, name: str, **more: Any) -> Options:
    place = Path(folder) / name
    place.mkdir()
    (place / "main.py").write_text(_SCRIPT)
    (place / "requirements.txt").write_text(f"# {name}\n")
    data = place / "data.txt"
    data.write_text(name)
    return Options(str(place), str(data), str(Path(folder) / f"{name}-out"), timeout_s=600, spot=True, **more)


def _ended(engine: AwsEngine, run_id: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not engine.status(run_id).state.ended:
        if time.monotonic() > end:
            raise EngineError(f"run {run_id} does not end in the rehearsal", "see what its job does")
        time.sleep(0.05)


if __name__ == "__main__":
    with rehearsing() as found:
        written = to_json(policy(rehearse(found)))
    bootstrap.POLICY.write_text(written, encoding="utf-8")
