"""Every name of a resource, made from the account, the region and the run id; and the run id read back from a name.

What a run makes begins with `launcher-<run id>`, so that a sweep finds it by name where tags are lost. Left out: making
it.
"""

import re
from dataclasses import dataclass

RUN_TAG = "launcher:run"
"""Its value is the run id."""
MADE_BY_TAG = "launcher:made-by"
MADE_BY = "launcher"
"""The value of MADE_BY_TAG on everything, the run's and the account's."""
PREFIX = "launcher-"
_RUN = re.compile(r"launcher[-/](\d{8}-\d{6}-[a-z0-9]{4})(?![a-z0-9])")
RUN_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9]{4}")


def run_of(name: str) -> str | None:
    """The run id inside a name or an ARN, also inside one that AWS made from ours.

    >>> run_of("launcher-20260301-120000-a1b2-spot_Batch_0c1d"), run_of("launcher-bootstrap")
    ('20260301-120000-a1b2', None)
    """
    found = _RUN.search(name)
    return found.group(1) if found else None


@dataclass(frozen=True)
class HomeNames:
    """What an account has once in a region, made by `bootstrap`."""

    account: str
    region: str

    @property
    def stack(self) -> str:
        return "launcher-bootstrap"

    @property
    def bucket(self) -> str:
        return f"launcher-{self.account}-{self.region}"

    @property
    def repository(self) -> str:
        return "launcher-images"

    @property
    def registry(self) -> str:
        """https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html."""
        end = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return f"{self.account}.dkr.ecr.{self.region}.{end}"

    def image(self, image_key: str) -> str:
        """What a job definition names; the key is the tag."""
        return f"{self.registry}/{self.repository}:{image_key}"

    @property
    def build_project(self) -> str:
        return "launcher-image"

    @property
    def build_logs(self) -> str:
        return "/launcher/image"

    @property
    def topic(self) -> str:
        return "launcher-finished"

    @property
    def topic_arn(self) -> str:
        return f"arn:{self.partition}:sns:{self.region}:{self.account}:{self.topic}"

    @property
    def boundary(self) -> str:
        """IAM has no regions, so its names carry one."""
        return f"launcher-boundary-{self.region}"

    @property
    def operator_role(self) -> str:
        return f"launcher-operator-{self.region}"

    @property
    def build_role(self) -> str:
        return f"launcher-image-{self.region}"

    @property
    def stacks_role(self) -> str:
        """What CloudFormation makes and deletes run stacks as, so that a person needs no right to make roles."""
        return f"launcher-stacks-{self.region}"

    @property
    def scheduler_role(self) -> str:
        """What the scheduler deletes run stacks as; it may do nothing else."""
        return f"launcher-scheduler-{self.region}"

    @property
    def service_role(self) -> str:
        """What AWS Batch starts and ends machines as; it outlives every environment, or nobody could delete that."""
        return f"launcher-batch-{self.region}"

    @property
    def instance_role(self) -> str:
        """The machines' role, and the instance profile of the same name."""
        return f"launcher-instance-{self.region}"

    def role_arn(self, role: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{role}"

    @property
    def partition(self) -> str:
        """
        >>> HomeNames("123456789012", "us-gov-west-1").partition
        'aws-us-gov'
        """
        for begin, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")):
            if self.region.startswith(begin):
                return partition
        return "aws"


@dataclass(frozen=True)
class RunNames:
    """What one run has."""

    run_id: str

    @property
    def stack(self) -> str:
        return f"launcher-{self.run_id}"

    @property
    def spot(self) -> str:
        """The compute environment on spot machines, and its queue."""
        return f"launcher-{self.run_id}-spot"

    @property
    def on_demand(self) -> str:
        """The compute environment on demand, and its queue."""
        return f"launcher-{self.run_id}-on-demand"

    @property
    def definition(self) -> str:
        return f"launcher-{self.run_id}"

    @property
    def takeover_definition(self) -> str:
        """The same on demand, for after a lost host."""
        return f"launcher-{self.run_id}-on-demand"

    @property
    def job(self) -> str:
        return f"launcher-{self.run_id}"

    @property
    def job_on_demand(self) -> str:
        """The job that takes over when the host is lost."""
        return f"launcher-{self.run_id}-on-demand"

    @property
    def job_role(self) -> str:
        return f"launcher-{self.run_id}-job"

    @property
    def rule_role(self) -> str:
        """What EventBridge submits the job on demand as."""
        return f"launcher-{self.run_id}-rule"

    @property
    def launch_template(self) -> str:
        return f"launcher-{self.run_id}"

    @property
    def log_group(self) -> str:
        return f"/launcher/{self.run_id}"

    @property
    def rule_finished(self) -> str:
        return f"launcher-{self.run_id}-finished"

    @property
    def rule_host_lost(self) -> str:
        return f"launcher-{self.run_id}-host-lost"

    @property
    def schedule(self) -> str:
        """The one-time schedule that deletes the stack, in the group `default`."""
        return f"launcher-{self.run_id}-end"

    @property
    def prefix(self) -> str:
        """Where the run's objects are in the bucket; blobs lie outside, at `blobs/<sha256>`, as runs share them."""
        return f"runs/{self.run_id}/"

    @property
    def manifest_key(self) -> str:
        return f"{self.prefix}manifest.json"

    @property
    def results_prefix(self) -> str:
        return f"{self.prefix}results/"

    @property
    def tags(self) -> dict[str, str]:
        return {RUN_TAG: self.run_id, MADE_BY_TAG: MADE_BY}


def results_link(bucket: str, region: str, prefix: str) -> str:
    """The page of the S3 console that lists a folder."""
    return f"https://{region}.console.aws.amazon.com/s3/buckets/{bucket}?region={region}&prefix={prefix}&showversions=false"


def as_aws(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them.

    >>> as_aws({"a": "b"})
    [{'Key': 'a', 'Value': 'b'}]
    """
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
