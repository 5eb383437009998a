"""Spot prices of now, as EC2 tells them: dollars for an hour of one vCPU by family.

Left out: prices on demand, which only the Price List service has (`prices` holds them, dated).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import fmean

from .door import Aws

_SIZE, _VCPUS = "large", 2


def rates(aws: Aws, families: Sequence[str]) -> dict[str, float]:
    """The mean over the region's zones, by the `large` size; a family that EC2 does not tell is missing.

    Raises: AwsError.
    """
    entries = aws.pages(
        "ec2", "describe_spot_price_history", "SpotPriceHistory",
        InstanceTypes=[f"{family}.{_SIZE}" for family in families],
        ProductDescriptions=["Linux/UNIX"], StartTime=datetime.now(UTC),
    )  # fmt: skip
    found: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        found[entry["InstanceType"].partition(".")[0]].append(float(entry["SpotPrice"]) / _VCPUS)
    return {family: fmean(prices) for family, prices in found.items()}
