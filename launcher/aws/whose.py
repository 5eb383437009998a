"""Whose account and which region the door leads to, and so the names of what `bootstrap` made there.

Left out: whether it is there (`bootstrap`).
"""

from ..errors import AwsError
from ..names import HomeNames
from .door import Aws


def find(aws: Aws) -> HomeNames:
    """Raises: AwsError without credentials or without a region."""
    region = aws.client("sts").meta.region_name
    if not region:
        raise AwsError("session", "NoRegionError", "no region is known")
    return HomeNames(str(aws.call("sts", "get_caller_identity")["Account"]), str(region))
