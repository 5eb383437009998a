"""The steps of a run on AWS: frozen values that say what will be done, each in one sentence for a person.

Left out: which of them a run needs (`plan`), and doing them (`executor`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from .durations import show_duration
from .keep import Keep
from .spec import Spec


@dataclass(frozen=True)
class Step:
    """One thing to do for a run; `str` says it in one sentence."""

    spec: Spec

    @property
    def name(self) -> str:
        return type(self).__name__


@dataclass(frozen=True)
class Schedule(Step):
    """Nothing is paid before this one is done."""

    def __str__(self) -> str:
        return (
            f"schedule the deletion of stack {self.spec.names.stack} at {_when(self.spec.deadline_s)}, whatever happens"
        )


@dataclass(frozen=True)
class Upload(Step):
    def __str__(self) -> str:
        spec = self.spec
        return (
            f"send what is missing of {spec.files:,} files ({_size(spec.size_bytes)}) to s3://{spec.home.bucket}/blobs/"
        )


@dataclass(frozen=True)
class BuildImage(Step):
    """Only where the repository lacks it."""

    local_docker: bool = False

    def __str__(self) -> str:
        by = "Docker on this machine" if self.local_docker else "CodeBuild"
        return f"build image {self.spec.image_key[:12]} by {by}: Python {self.spec.python} and the requirements"


@dataclass(frozen=True)
class Notify(Step):
    """Ask for mails at an address that does not get them yet."""

    def __str__(self) -> str:
        return f"ask {self.spec.notify} to confirm that mails may come"


@dataclass(frozen=True)
class MakeStack(Step):
    def __str__(self) -> str:
        need, kind = self.spec.resources, "spot machines, else on demand" if self.spec.resources.spot else "on demand"
        gpus = f", {need.gpus} GPU{'s' if need.gpus > 1 else ''}" if need.gpus else ""
        return (
            f"make stack {self.spec.names.stack}: {need.vcpus} vCPUs, {need.memory_mb / 1024:g} GB{gpus}, "
            f"{need.disk_gb} GB disk, {kind}, of {', '.join(need.families)}"
        )


@dataclass(frozen=True)
class Submit(Step):
    def __str__(self) -> str:
        return f"submit job {self.spec.names.job}, at most {show_duration(self.spec.timeout_s)}"


@dataclass(frozen=True)
class Wait(Step):
    def __str__(self) -> str:
        return "wait until the job has ended, and say why where it waits"


@dataclass(frozen=True)
class Fetch(Step):
    output: str = ""

    def __str__(self) -> str:
        there = f"s3://{self.spec.home.bucket}/{self.spec.names.results_prefix}"
        return f"bring {there} home to {self.output or 'the results folder'}"


@dataclass(frozen=True)
class Receipt(Step):
    def __str__(self) -> str:
        return "write the receipt from the real attempts"


@dataclass(frozen=True)
class Destroy(Step):
    keep: tuple[Keep, ...] = ()

    def __str__(self) -> str:
        kept = f", keeping {', '.join(map(str, self.keep))}" if self.keep else ""
        return f"delete stack {self.spec.names.stack} and all else of run {self.spec.run_id}{kept}"


def _when(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _size(size_bytes: int) -> str:
    """A size for a person.

    >>> _size(1_234_567)
    '1.2 MB'
    """
    for unit, least in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= least:
            return f"{size_bytes / least:.1f} {unit}"
    return f"{size_bytes} bytes"
