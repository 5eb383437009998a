"""A moto server with an account's home and runs in it, for the tests of what removes them.

Left out: jobs that run anything; moto's simple Batch says at once that they succeeded.
"""

import io
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.exceptions import ClientError

from launcher import blobs, manifest, names
from launcher.aws import schedule
from launcher.aws.door import Aws, BackOff
from launcher.manifest import File, Manifest
from launcher.names import HomeNames, RunNames

REGION = "eu-west-1"
HOME = HomeNames("123456789012", REGION)
RUN, OTHER_RUN = "20260301-120000-a1b2", "20260301-120500-c3d4"
LATER = 1772366400.0 + 7200
"""Two hours after the runs began."""
TEMPLATE = Path(__file__).parents[3] / "launcher/templates/run.yaml"
SHA = {letter: letter * 64 for letter in "abc"}


class Clock:
    """A clock that only a sleep moves."""

    def __init__(self, now_s: float = LATER) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Session:
    """A session whose clients speak to one endpoint; `before` may refuse what is asked, as `refuse` does."""

    def __init__(self, url: str, before: Callable[[str, str, dict[str, Any]], None] | None = None) -> None:
        self._url, self._before = url, before
        self._session = boto3.Session("test", "test", region_name=REGION)

    def client(self, service_name: str, *, config: Any) -> Any:
        made = self._session.client(service_name, config=config, endpoint_url=self._url)
        if self._before:
            made.meta.events.register("provide-client-params", self._hear)
        return made

    def _hear(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        assert self._before
        self._before(model.service_model.service_name, model.name, params)


def refuse(code: str, operation: str, message: str = "a test says so") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def door(url: str, clock: Clock | None = None, before: Callable[[str, str, dict[str, Any]], None] | None = None) -> Aws:
    clock = clock or Clock()
    return Aws(Session(url, before), sleep=clock.sleep, clock=clock, back_off=BackOff(attempts=3))


@contextmanager
def serving() -> Iterator[str]:
    """The address of a moto server of one's own, on a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(process, url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _await(process: "subprocess.Popen[bytes]", url: str) -> None:
    for _ in range(600):
        assert process.poll() is None, "moto's server ended"
        try:
            with urlopen(f"{url}/moto-api/data.json", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("moto's server does not come up")


def fresh(url: str) -> None:
    """An empty account whose jobs succeed at once."""
    for path, body in (("reset", {}), ("config", {"batch": {"use_docker": False}})):
        asked = Request(f"{url}/moto-api/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urlopen(asked):
            pass


def make_home(aws: Aws) -> None:
    """What `bootstrap` makes, as far as runs need it."""
    aws.call("s3", "create_bucket", Bucket=HOME.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    aws.call("ecr", "create_repository", repositoryName=HOME.repository)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    for role in (HOME.service_role, HOME.instance_role, HOME.scheduler_role, HOME.build_role):
        aws.call("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=trust)
    aws.call("iam", "create_instance_profile", InstanceProfileName=HOME.instance_role)
    document = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})  # fmt: skip
    aws.call("iam", "create_policy", PolicyName=HOME.boundary, PolicyDocument=document)


def make_run(aws: Aws, run: str = RUN, *, spot: bool = True, image_key: str = "key1", files: str = "ab") -> RunNames:
    """All that a run has: schedule, blobs, manifest, image, stack, a job, results."""
    of = RunNames(run)
    schedule.make(aws, HOME, of, LATER + 3600)
    put_files(aws, of, image_key, files)
    if f"image {image_key}" not in images(aws):
        put_image(aws, image_key)
    make_stack(aws, of, image_key, spot=spot)
    queue = of.spot if spot else of.on_demand
    aws.call("batch", "submit_job", jobName=of.job, jobQueue=queue, jobDefinition=of.definition)
    _put(aws, f"{of.results_prefix}été 1.csv", b"done")
    return of


def put_files(aws: Aws, of: RunNames, image_key: str = "key1", files: str = "ab") -> None:
    listed = tuple(File(f"{letter}.py", SHA[letter], 3) for letter in files)
    for letter in files:
        _put(aws, blobs.key(SHA[letter]), letter.encode() * 3)
    made = Manifest(listed, (), f"{files[0]}.py", "3.12", SHA["a"], image_key, f"runs/{of.run_id}/results", 60)
    _put(aws, of.manifest_key, manifest.to_json(made))


def _put(aws: Aws, key: str, body: bytes) -> None:
    aws.call("s3", "put_object", Bucket=HOME.bucket, Key=key, Body=io.BytesIO(body))


def images(aws: Aws) -> set[str]:
    listed = aws.call("ecr", "describe_images", repositoryName=HOME.repository)["imageDetails"]
    return {f"image {tag}" for image in listed for tag in image.get("imageTags", [])}


def put_image(aws: Aws, key: str) -> None:
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    config = {"size": 1, "digest": f"sha256:{key}"}
    body = json.dumps({"schemaVersion": 2, "mediaType": kind, "layers": [], "config": config, "key": key})
    aws.call("ecr", "put_image", repositoryName=HOME.repository, imageManifest=body, imageTag=key)


def make_stack(aws: Aws, of: RunNames, image_key: str = "key1", *, spot: bool = True) -> None:
    body = TEMPLATE.read_text(encoding="utf-8")
    given = {key: value for key, value in parameters(aws, of, image_key, spot=spot).items() if f"\n  {key}:" in body}
    aws.call(
        "cloudformation", "create_stack", StackName=of.stack, TemplateBody=body, Tags=names.as_aws(of.tags),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )  # fmt: skip
    stack = aws.call("cloudformation", "describe_stacks", StackName=of.stack)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")


def parameters(aws: Aws, of: RunNames, image_key: str, *, spot: bool) -> dict[str, str]:
    subnets = [one["SubnetId"] for one in aws.call("ec2", "describe_subnets")["Subnets"]]
    group = aws.call("ec2", "describe_security_groups")["SecurityGroups"][0]["GroupId"]
    return {
        "RunId": of.run_id, "Bucket": HOME.bucket, "Image": HOME.image(image_key), "Command": "python,runner.py",
        "Vcpus": "2", "MemoryMb": "2048", "Gpus": "1", "MaxVcpus": "4", "DiskGb": "30", "InstanceTypes": "m6i,m5",
        "Spot": "yes" if spot else "no", "TimeoutS": "600", "AttemptS": "1500", "EndByS": "1772370000",
        "Subnets": ",".join(subnets), "SecurityGroup": group, "Notify": "yes",
        "ServiceRoleArn": HOME.role_arn(HOME.service_role),
        "InstanceProfileArn": f"arn:aws:iam::{HOME.account}:instance-profile/{HOME.instance_role}",
        "BoundaryArn": f"arn:aws:iam::{HOME.account}:policy/{HOME.boundary}", "TopicArn": HOME.topic_arn,
    }  # fmt: skip


def remains(url: str, run: str = "20") -> set[str]:
    """What is there of a run, or of any, by plain calls of boto3: nothing of the launcher's own listing is used.

    Only what is there counts: neither deleted stacks nor inactive definitions and clusters, which AWS lists on.
    """
    begin, session = f"launcher-{run}", boto3.Session("test", "test", region_name=REGION)
    ask = {name: session.client(name, endpoint_url=url) for name in _SERVICES}
    names = [one["jobQueueName"] for one in ask["batch"].describe_job_queues()["jobQueues"]]
    names += [
        one["computeEnvironmentName"] for one in ask["batch"].describe_compute_environments()["computeEnvironments"]
    ]
    defined = ask["batch"].describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    names += [one["jobDefinitionName"] for one in defined]
    names += [
        one["StackName"] for one in ask["cloudformation"].describe_stacks()["Stacks"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    ]  # fmt: skip
    names += [one["LaunchTemplateName"] for one in ask["ec2"].describe_launch_templates()["LaunchTemplates"]]
    names += [one["Name"] for one in ask["events"].list_rules()["Rules"]]
    names += [one["Name"] for one in ask["scheduler"].list_schedules()["Schedules"]]
    names += [one["RoleName"] for one in ask["iam"].list_roles()["Roles"]]
    names += [arn.rpartition("/")[2] for arn in ask["ecs"].list_clusters()["clusterArns"]]
    found = {name for name in names if name.startswith(begin)}
    groups = [one["logGroupName"] for one in ask["logs"].describe_log_groups()["logGroups"]]
    found |= {name for name in groups if name.startswith(f"/launcher/{run}")}
    keys = [one["Key"] for one in ask["s3"].list_objects_v2(Bucket=HOME.bucket).get("Contents", [])]
    found |= {key for key in keys if key.startswith((f"runs/{run}", "blobs/", "images/"))}
    images = ask["ecr"].describe_images(repositoryName=HOME.repository)["imageDetails"]
    return found | {f"image {tag}" for image in images for tag in image.get("imageTags", [])}


_SERVICES = ("batch", "cloudformation", "ec2", "ecr", "ecs", "events", "iam", "logs", "s3", "scheduler")
