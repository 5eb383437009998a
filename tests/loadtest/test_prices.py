"""Prices, against Lambda's own worked examples and arithmetic written out."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.prices import billed_ms, load, on_demand, provisioned

X86, ARM = (load().rates[name] for name in ("x86_64", "arm64"))


def test_the_file_is_dated():
    """Prices say when they were read, and for which region."""
    assert date.fromisoformat(load().read) >= date(2026, 11, 1)
    assert load().region == "us-east-1"


def test_three_million_requests_of_120_ms():
    """The pricing page's example, without its free tier: 3 million requests of 120 ms at 1,536 MB."""
    assert on_demand(X86, 3e6, 3e6 * 0.120, 1536) == pytest.approx(0.60 + 540_000 * 0.0000166667)


def test_arm_is_a_fifth_cheaper_by_the_second():
    """Every price by the GB-second."""
    pairs = [
        (ARM.gb_second[0][1], X86.gb_second[0][1]),
        (ARM.provisioned_gb_second, X86.provisioned_gb_second),
        (ARM.provisioned_duration_gb_second, X86.provisioned_duration_gb_second),
    ]
    assert [a / x for a, x in pairs] == pytest.approx([0.8, 0.8, 0.8], rel=1e-4)


def test_tiers():
    """7 billion GB-seconds on x86: six at the first price, one at the second."""
    assert on_demand(X86, 0, 7e9, 1024) == pytest.approx(6e9 * 0.0000166667 + 1e9 * 0.000015)
    assert X86.gb_second[-1][0] == math.inf


def test_provisioned_for_a_month():
    """The kept environments by the second, and the cheaper duration on top."""
    cost = provisioned(X86, 1e6, 1e5, 1024, 10)
    assert cost == pytest.approx(0.2 + 1e5 * 0.0000097222 + 10 * 730 * 3600 * 0.0000041667)


@given(st.floats(0, 1e6))
def test_billing_rounds_up_to_the_millisecond(duration_ms: float):
    """Never less than it took, never a millisecond more, and at least one."""
    assert duration_ms <= billed_ms(duration_ms) < max(1, duration_ms) + 1
