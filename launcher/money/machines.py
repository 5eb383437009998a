"""Which machines a run may get: of each family the smallest that fits, and the next, which AWS may take instead.

Left out: what they cost (`prices`), and which families are asked for (`spec`).
"""

from typing import NamedTuple

from ..errors import MoneyError

SYSTEM_GIB = 1.0
"""What the ECS agent and the kernel keep; https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html."""


class Machine(NamedTuple):
    """A type of EC2 instances."""

    type: str
    vcpus: int
    memory_gib: float
    gpus: int = 0

    @property
    def family(self) -> str:
        return self.type.partition(".")[0]


class Need(NamedTuple):
    """What a job asks of its machine."""

    vcpus: int
    memory_gib: float
    gpus: int
    families: tuple[str, ...]

    def fits(self, machine: Machine) -> bool:
        """Whether a machine has it all, beside what the system keeps."""
        enough = machine.vcpus >= self.vcpus and machine.gpus >= self.gpus
        return enough and machine.memory_gib >= self.memory_gib + SYSTEM_GIB


def size(vcpus: int) -> str:
    """The name of a size by its vCPUs, where a family has the usual ones.

    >>> size(2), size(4), size(48)
    ('large', 'xlarge', '12xlarge')
    """
    return {2: "large", 4: "xlarge"}.get(vcpus, f"{vcpus // 4}xlarge")


def fitting(need: Need, machines: tuple[Machine, ...]) -> dict[str, tuple[Machine, ...]]:
    """For each family that has one, the smallest machine that fits and the next larger one, if there is one.

    Raises: MoneyError where no machine fits.
    """
    found: dict[str, tuple[Machine, ...]] = {}
    for family in need.families:
        fit = [machine for machine in machines if machine.family == family and need.fits(machine)]
        if fit:
            found[family] = tuple(sorted(fit, key=lambda one: (one.vcpus, one.memory_gib, one.gpus))[:2])
    if not found:
        asked = f"{need.vcpus} vCPUs, {need.memory_gib:g} GiB" + (f", {need.gpus} GPUs" if need.gpus else "")
        raise MoneyError(
            f"no price is known of a machine with {asked} ({', '.join(need.families)})",
            "ask AWS for prices with --live, or ask for a smaller machine",
        )
    return found
