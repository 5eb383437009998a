"""A run as one frozen value: what it needs of AWS, where it goes, what it is called, until when it may last.

All of it is decided here from options and the manifest, before anything is asked of AWS. Left out: the order in which
it is made (`plan`), and its price (`money`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import PlanError
from .keep import Keep
from .manifest import Manifest
from .names import HomeNames, RunNames
from .options import Options

START_S = 3600
"""How long a run may wait for its image and its machine, beyond its time limit."""
SEND_S = 900
"""How long an attempt has for fetching and sending, beyond its time limit."""
_LEAST_DISK_GB, _LEAST_GPU_DISK_GB = 30, 100
_SYSTEM_GB = 1.0
"""What the ECS agent and the kernel keep of a machine's memory; 32 GB do not fit a machine of 32 GiB.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
"""
FAMILIES: Mapping[int, tuple[str, ...]] = {
    2: ("c7i", "c6i", "c6a", "c5", "m7i", "m6i", "m6a", "m5"),
    4: ("m7i", "m6i", "m6a", "m5", "r7i", "r6i", "r6a", "r5"),
    8: ("r7i", "r6i", "r6a", "r5"),
}
"""Families of x86_64 machines by GiB for each vCPU; eight, as more families are interrupted less."""
_MORE_MEMORY = ("x2idn", "x2iedn")
_GPU_FAMILIES = ("g4dn", "g5", "g6")
_MOST_VCPUS, _GIB_OF_MOST, _GPUS_OF_MOST = 192, 768, 8
"""Of the largest machines in FAMILIES that every region has; more than that takes _MORE_MEMORY."""


@dataclass(frozen=True)
class Resources:
    """What one job needs, in the units of AWS Batch."""

    vcpus: int
    memory_mb: int
    gpus: int
    spot: bool
    disk_gb: int
    families: tuple[str, ...]
    max_vcpus: int
    """The cap of each compute environment: one machine of the size that fits, or of the next."""


@dataclass(frozen=True)
class Spec:
    """A run on AWS."""

    run_id: str
    account: str
    region: str
    project: str
    project_digest: str
    image_key: str
    python: str
    resources: Resources
    timeout_s: int
    """Of the script."""
    deadline_s: float
    """When the stack is deleted by whatever is still there then; seconds since 1970."""
    files: int
    size_bytes: int
    notify: str | None = None
    keep: tuple[Keep, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> RunNames:
        return RunNames(self.run_id)

    @property
    def home(self) -> HomeNames:
        return HomeNames(self.account, self.region)

    @property
    def manifest_url(self) -> str:
        return f"s3://{self.home.bucket}/{self.names.manifest_key}"

    @property
    def attempt_s(self) -> int:
        return self.timeout_s + SEND_S

    @property
    def end_by_s(self) -> int:
        """When a script is told to end, so that its results are away before the deadline."""
        return int(self.deadline_s) - SEND_S


def spec(
    run_id: str, options: Options, manifest: Manifest, account: str, region: str, project: tuple[str, str], now_s: float
) -> Spec:
    """The spec of a run; `project` is its name and its digest.

    Raises: PlanError for a need that no machine fits.
    """
    sizes = [file.size_bytes for file in manifest.files]
    timeout_s = min(options.timeout_s, manifest.timeout_s)
    return Spec(
        run_id=run_id,
        account=account,
        region=region,
        project=project[0],
        project_digest=project[1],
        image_key=manifest.image_key,
        python=manifest.python,
        resources=resources(options, sum(sizes)),
        timeout_s=timeout_s,
        deadline_s=now_s + START_S + timeout_s + SEND_S,
        files=len(sizes),
        size_bytes=sum(sizes),
        notify=options.notify,
        keep=options.keep,
        env=manifest.env,
    )


def resources(options: Options, size_bytes: int) -> Resources:
    """What the job asks of AWS Batch, which knows whole vCPUs and MiB.

    Raises: PlanError.
    """
    vcpus, memory_gb = math.ceil(options.vcpus), options.memory_gb
    if not options.gpus and (vcpus > _MOST_VCPUS or memory_gb > 16 * _MOST_VCPUS):
        raise PlanError(
            f"no machine has {vcpus} vCPUs and {memory_gb:g} GB", "ask for at most 192 vCPUs and 3072 GB, or split data"
        )
    if options.gpus > _GPUS_OF_MOST:
        raise PlanError(f"no machine of these families has {options.gpus} GPUs", f"ask for at most {_GPUS_OF_MOST}")
    least_gb = _LEAST_GPU_DISK_GB if options.gpus else _LEAST_DISK_GB
    return Resources(
        vcpus=vcpus,
        memory_mb=math.floor(memory_gb * 1024),
        gpus=options.gpus,
        spot=options.spot,
        disk_gb=least_gb + math.ceil(3 * size_bytes / 1e9),  # input, what is unpacked of it, and results
        families=families(vcpus, memory_gb, options.gpus),
        max_vcpus=_max_vcpus(vcpus, memory_gb, options.gpus),
    )


def families(vcpus: int, memory_gb: float, gpus: int) -> tuple[str, ...]:
    """Those that waste least: by the memory asked for each vCPU.

    >>> families(8, 14, 0)[0], families(8, 30, 0)[0], families(8, 32, 0)[0], families(1, 2, 1)[0]
    ('c7i', 'm7i', 'r7i', 'g4dn')
    """
    if gpus:
        return _GPU_FAMILIES
    if memory_gb + _SYSTEM_GB > 8 * _MOST_VCPUS:
        return _MORE_MEMORY
    for gib, found in FAMILIES.items():
        if memory_gb + _SYSTEM_GB <= gib * max(vcpus, 2):  # the smallest size has two vCPUs
            return found
    return FAMILIES[8]


def _max_vcpus(vcpus: int, memory_gb: float, gpus: int) -> int:
    """Twice the size that fits, as sizes double and the next one may be all that AWS has."""
    least = max(vcpus, math.ceil((memory_gb + _SYSTEM_GB) / 8), 2)
    if gpus:
        least = max(least, 24 * gpus)  # g5 and g6 have 24 vCPUs for each of eight GPUs
    return 2 << math.ceil(math.log2(least))
