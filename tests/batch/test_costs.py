"""Quotes and receipts, against sums by hand."""

import doctest
import json

import pytest

from batch import costs, prices
from batch.costs import Load, Spent, quote, receipt
from batch.errors import PriceError
from batch.prices import Rates

RATES = Rates(0.02, 0.05)


def test_examples():
    assert doctest.testmod(costs).failed == 0


def test_a_quote_counts_starts_and_what_is_interrupted():
    """4,000,000 rows at 400 a second and vCPU, 80 shards of 2 vCPUs, 60 s each to start, a tenth of them twice."""
    bill = quote(Load(4_000_000, 80, 400, 2), RATES, start_s=60, interrupted=0.1)
    assert bill.vcpu_s == pytest.approx(10_000 + 80 * 2 * 66)
    assert bill.dollars == pytest.approx((10_000 + 10_560) / 3600 * 0.02)
    assert bill.on_demand_dollars == pytest.approx((10_000 + 9_600) / 3600 * 0.05)


def test_a_receipt_has_each_attempt_at_its_own_price():
    """What was lost on spot is paid for, as AWS bills it."""
    bill = receipt([Spent(100, 2, spot=True), Spent(50, 2, spot=True), Spent(200, 2, spot=False)], RATES)
    assert bill.dollars == pytest.approx((300 * 0.02 + 400 * 0.05) / 3600)
    assert bill.on_demand_dollars == pytest.approx(700 * 0.05 / 3600)
    assert bill.saved == pytest.approx(1 - 26 / 35)


def test_nothing_run_costs_nothing():
    assert receipt([], RATES) == (0.0, 0.0, 0.0)
    assert receipt([], RATES).saved == 0.0


def test_prices_say_when_and_from_where():
    """Dated, with sources, spot below on demand, for each family that the template has."""
    known = json.loads(prices.FILE.read_text())
    assert known["read"]
    assert known["sources"]
    found = prices.load()
    assert all(0 < rates.spot < rates.on_demand < 0.2 for rates in found.families.values())


def test_an_unknown_family_is_told():
    with pytest.raises(PriceError, match="no price is known for x9; known are c5, "):
        prices.load().of(["c5", "x9"])
