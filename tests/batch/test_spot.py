"""Spot prices as EC2 tells them, by botocore's own parser of its answers."""

from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from batch.aws import spot
from batch.aws.door import Aws


class Stubbed:
    """A session whose one client answers `answers` in turn."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._client = boto3.Session("test", "test", region_name="eu-west-1").client("ec2")
        self.stub = Stubber(self._client)
        for answer in answers:
            self.stub.add_response("describe_spot_price_history", answer, _ASKED | answer.pop("asked", {}))
        self.stub.activate()

    def client(self, service_name: str, *, config: Any) -> Any:
        del config
        assert service_name == "ec2"
        return self._client


_ASKED = {"InstanceTypes": ["c6i.large", "m5.large"], "ProductDescriptions": ["Linux/UNIX"], "StartTime": ANY}


def _entry(instance: str, zone: str, price: str) -> dict[str, str]:
    return {"InstanceType": instance, "AvailabilityZone": zone, "SpotPrice": price}


def test_a_family_costs_the_mean_of_its_zones_for_a_vcpu():
    """Over all pages; a `large` has two vCPUs, and a family without a price is missing."""
    first = {"SpotPriceHistory": [_entry("c6i.large", "eu-west-1a", "0.0400")], "NextToken": "more"}
    last = {"SpotPriceHistory": [_entry("c6i.large", "eu-west-1b", "0.0200")], "asked": {"NextToken": "more"}}
    session = Stubbed(first, last)
    assert spot.rates(Aws(session), ["c6i", "m5"]) == {"c6i": pytest.approx(0.015)}
    session.stub.assert_no_pending_responses()
