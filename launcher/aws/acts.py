"""What each step of a plan does, by the modules beside this one.

Left out: which steps there are and in what order (`plan`), the journal and the undoing (`executor`), and the steps
after the job was submitted, which the engine's own methods are.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..blobs import Blobs
from ..engines.protocol import Job
from ..errors import PlanError
from ..manifest import Manifest, to_json
from ..plan import There
from ..s3_blobs import S3Blobs
from ..spec import Spec
from ..steps import BuildImage, MakeStack, Notify, Schedule, Step, Submit, Upload
from ..upload import Progress, upload
from . import image, jobs, kept, schedule, stacks
from .door import Aws
from .outputs import Outputs

TEMPLATE = Path(__file__).parents[1] / "templates/run.yaml"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Acts:
    """Does the steps of one run."""

    aws: Aws
    home: Outputs
    job: Job
    manifest: Manifest
    image: image.Image
    say: Say
    built: Callable[[float], None] = lambda _minutes: None
    """Hears the minutes of CodeBuild, which the receipt counts."""

    def do(self, step: Step) -> str:
        """One step; what was done in one sentence, or nothing.

        Raises: LauncherError.
        """
        spec = step.spec
        match step:
            case Schedule():
                schedule.make(self.aws, spec.home, spec.names, spec.deadline_s)
            case Upload():
                return self._upload(spec)
            case BuildImage():
                return self._build(spec, local_docker=step.local_docker)
            case Notify():
                return self._notify(spec.notify or "")
            case MakeStack():
                self._make_stack(spec)
            case Submit():
                return f"job {jobs.submit(self.aws, spec.names, spot=spec.resources.spot)}"
            case _:
                raise PlanError(f"{step.name} is no step that begins a run")
        return ""

    def _upload(self, spec: Spec) -> str:
        """Blobs first, the manifest last: a run's manifest names nothing that is not there."""
        blobs: Blobs = S3Blobs(self.aws, self.home.bucket, spec.account)
        told = _Told(self.say)
        code = upload(self.manifest.code, self.job.project.root, blobs, told)
        data = upload(self.manifest.input, self.job.input.root, blobs, told)
        if lasting := [one for one in spec.keep if one.what != "instance"]:  # a machine's time begins at its end
            kept.save(self.aws, spec.home, kept.of(spec.run_id, spec.image_key, lasting, self.aws.clock()))
        blobs.put_bytes(spec.names.manifest_key, to_json(self.manifest))
        return f"code: {code}; input: {data}"

    def _build(self, spec: Spec, *, local_docker: bool) -> str:
        if not local_docker:
            minutes = image.build(self.aws, self.home.names, self.image, spec.run_id, self.say)
            self.built(minutes)
            return f"built, {minutes:g} minutes of CodeBuild"
        with tempfile.TemporaryDirectory(prefix="launcher-image-") as folder:
            image.build_here(self.aws, self.home.names, self.image, self.say, os.path.realpath(folder))
        return "built on this machine"

    def _notify(self, address: str) -> str:
        self.aws.call("sns", "subscribe", TopicArn=self.home.topic_arn, Protocol="email", Endpoint=address)
        return f"a mail to {address} asks to confirm; until then none comes"

    def _make_stack(self, spec: Spec) -> None:
        stacks.create(
            self.aws, spec.names.stack, TEMPLATE.read_text(encoding="utf-8"), parameters(spec, self.home),
            spec.names.tags, RoleARN=self.home.stacks_role_arn, Capabilities=["CAPABILITY_NAMED_IAM"],
            ClientRequestToken=spec.names.stack,
        )  # fmt: skip
        stacks.wait(self.aws, spec.names.stack, self.say)


class _Told:
    """Says every tenth of an upload that takes long."""

    def __init__(self, say: Say) -> None:
        self._say, self._last = say, 0

    def __call__(self, progress: Progress) -> None:
        tenth = 10 * progress.done // max(1, progress.total)
        if progress.step == "sending" and tenth != self._last:
            self._last = tenth
            self._say(f"sent {progress.done / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB")


def parameters(spec: Spec, home: Outputs) -> dict[str, str]:
    """Of run.yaml."""
    need = spec.resources
    return {
        "RunId": spec.run_id,
        "Bucket": home.bucket,
        "Image": spec.home.image(spec.image_key),
        "Command": f"{image.PYTHON},{image.ENTRY},{spec.manifest_url}",
        "Vcpus": str(need.vcpus),
        "MemoryMb": str(need.memory_mb),
        "Gpus": str(need.gpus),
        "MaxVcpus": str(need.max_vcpus),
        "DiskGb": str(need.disk_gb),
        "InstanceTypes": ",".join(need.families),
        "Spot": "yes" if need.spot else "no",
        "AttemptS": str(spec.attempt_s),
        "EndByS": str(spec.end_by_s),
        "Subnets": home.subnets,
        "SecurityGroup": home.security_group,
        "ServiceRoleArn": home.service_role_arn,
        "InstanceProfileArn": home.instance_profile_arn,
        "BoundaryArn": home.boundary_arn,
        "TopicArn": home.topic_arn,
        "Notify": "yes" if spec.notify else "no",
    }


def look(aws: Aws, home: Outputs, spec: Spec) -> There:
    """What is there of a run already.

    Raises: AwsError.
    """
    run = spec.names
    return There(
        home=True,
        image=image.is_there(aws, home.names, spec.image_key),
        schedule=schedule.at(aws, run) is not None,
        stack=stacks.status(aws, run.stack),
        job=bool(jobs.find(aws, run)),
        mailed=bool(spec.notify) and _is_mailed(aws, home, spec.notify or ""),
    )


def _is_mailed(aws: Aws, home: Outputs, address: str) -> bool:
    """Whether a subscription is there, confirmed or not: one asks for confirmation once."""
    there = aws.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=home.topic_arn)
    return any(one["Protocol"] == "email" and one["Endpoint"] == address for one in there)
