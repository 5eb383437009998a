"""Money: quotes, receipts, the history between them, and a limit that holds."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from launcher.aws.door import Aws
from launcher.errors import AwsError, MoneyError
from launcher.money import history, limit, live, prices
from launcher.money.history import Entry
from launcher.money.machines import Machine, Need, fitting, size
from launcher.money.prices import Prices, Span
from launcher.money.quote import HOURS_A_MONTH, START_MIN, Load, Minutes, quote, rate
from launcher.money.receipt import receipt
from tests.launcher.priced import EU, NOW, SMALL, Went


@pytest.mark.parametrize(
    ("machine", "region", "expected"),
    [
        ("c6i.2xlarge", "us-east-1", 0.34),
        ("c5.18xlarge", "us-east-1", 3.06),
        ("m6i.2xlarge", "eu-west-1", 0.428),
        ("r6a.48xlarge", "us-east-1", 10.8864),
        ("g4dn.2xlarge", "eu-west-1", 0.838),
        ("g5.48xlarge", "us-east-1", 16.288),
    ],
)
def test_prices_are_those_that_aws_lists(machine: str, region: str, expected: float):
    """Some prices of the public lists, an hour."""
    assert prices.load(region).on_demand[machine] == pytest.approx(expected)


def test_the_file_is_dated_and_whole():
    """Every machine with a price is described, and every price is more than nothing."""
    for region in ("us-east-1", "eu-west-1"):
        found = prices.load(region)
        assert datetime.fromisoformat(found.read)
        assert set(found.on_demand) <= {machine.type for machine in found.machines}
        assert min(found.on_demand.values()) > 0
        assert all(span.low <= span.likely <= span.high == found.on_demand[name] for name, span in found.spot.items())


def test_machines_are_what_ec2_says():
    """vCPUs, memory and GPUs agree with EC2's own names: the size's number is its vCPUs by four."""
    known = {machine.type: machine for machine in EU.machines}
    assert (known["m6i.2xlarge"].vcpus, known["m6i.2xlarge"].memory_gib) == (8, 32)
    assert (known["c5.9xlarge"].vcpus, known["c5.9xlarge"].memory_gib) == (36, 72)
    assert known["g4dn.12xlarge"] == Machine("g4dn.12xlarge", 48, 192, 4)
    named = [one for one in known.values() if one.type.endswith("xlarge") and one.type.split(".")[1] != "xlarge"]
    assert [one.type for one in named if one.vcpus != 4 * int(one.type.split(".")[1].removesuffix("xlarge"))] == []


def test_a_region_without_prices_is_one_sentence():
    """It tells which are known, and that AWS can be asked."""
    with pytest.raises(MoneyError, match="eu-west-1, us-east-1") as raised:
        prices.load("ap-south-1")
    assert "--live" in raised.value.fix


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        (Need(8, 30, 0, ("m6i",)), ["m6i.2xlarge", "m6i.4xlarge"]),
        (Need(8, 32, 0, ("m6i",)), ["m6i.4xlarge", "m6i.8xlarge"]),  # 1 GiB is the system's
        (Need(1, 1, 1, ("g4dn",)), ["g4dn.xlarge", "g4dn.2xlarge"]),
        (Need(1, 1, 4, ("g5",)), ["g5.12xlarge", "g5.24xlarge"]),
        (Need(128, 10, 0, ("c6i",)), ["c6i.32xlarge"]),
    ],
)
def test_the_smallest_machine_that_fits_and_the_next(need: Need, expected: list[str]):
    """The one that AWS Batch takes first, and the one it may take instead."""
    assert [machine.type for machine in fitting(need, EU.machines)[need.families[0]]] == expected


def test_no_machine_fits():
    """Nobody is quoted a machine that is not there."""
    with pytest.raises(MoneyError, match="400 vCPUs, 1 GiB"):
        fitting(Need(400, 1, 0, ("c6i",)), EU.machines)


def test_a_quote_by_hand():
    """An hour on demand of m6i (0.428) or m6a (0.3852) with 30 GB of disk, worked out on paper."""
    found = quote(SMALL, Minutes(60, 60, 60), EU)
    hours = (60 + START_MIN.likely) / 60
    compute = (0.428 + 0.3852) / 2 * hours
    beside = (0.088 * 30 / HOURS_A_MONTH + 0.005) * hours
    assert found.likely == pytest.approx(compute + beside)
    assert {item.what for item in found.items} == {"compute", "disk", "address", "transfer", "requests"}
    assert found.items[0].how.startswith("m6a.2xlarge or one of 2 families, on demand, 60 min")


def test_a_missing_image_is_paid_once():
    """Its minutes on CodeBuild are a line of their own, and more of nothing else."""
    without, with_build = (quote(replace(SMALL, builds=builds), Minutes(5, 5, 5), EU) for builds in (False, True))
    assert with_build.likely - without.likely == pytest.approx(4 * 0.01)


@given(
    st.integers(1, 96), st.floats(0.5, 300), st.booleans(), st.floats(1, 600), st.floats(0.2, 5),
    st.integers(0, 10**12), st.sampled_from(["us-east-1", "eu-west-1"]),
)  # fmt: skip
def test_a_quote_keeps_its_order(
    vcpus: int, memory: float, spot: bool, minutes: float, ratio: float, size: int, region: str
):
    """Low is at most likely and likely at most high, whatever is asked; spot is likely the cheaper."""
    load = Load(Need(vcpus, memory, 0, ("m6i", "r6i", "r5", "c5")), spot, 30, size, 10)
    known = prices.load(region)
    found = quote(load, Minutes(minutes / 2, minutes, minutes * 2), known, ratio)
    assert 0 < found.low <= found.likely <= found.high
    assert found.high >= sum(item.dollars.high for item in found.items) - 1e-9
    on_demand = quote(replace(load, spot=False), found.minutes, known, ratio)
    assert not spot or found.likely < on_demand.likely


def test_more_of_anything_is_never_cheaper():
    """More minutes, more data, more memory."""
    plain = quote(SMALL, Minutes(10, 10, 10), EU)
    assert quote(SMALL, Minutes(20, 20, 20), EU).likely > plain.likely
    assert quote(replace(SMALL, input_bytes=10**11), Minutes(10, 10, 10), EU).likely > plain.likely
    assert quote(replace(SMALL, need=Need(8, 60, 0, ("m6i", "m6a"))), Minutes(10, 10, 10), EU).likely > plain.likely


def test_a_receipt_by_hand():
    """An hour on demand and half an hour on spot, each with its start, at their own prices."""
    found = receipt(
        [Went(1, 0, 1800, spot=True), Went(2, 2000, 5600)], EU,
        now_s=9000, disk_gb=30, sent_home_bytes=2 * 10**9, build_min=3,
    )  # fmt: skip
    expected = [
        ("attempt 1", 0.214 * 33 / 60), ("attempt 2", 0.428 * 63 / 60), ("disk", 0.088 * 30 / HOURS_A_MONTH * 96 / 60),
        ("address", 0.005 * 96 / 60), ("transfer", 0.18), ("build", 0.03),
    ]  # fmt: skip
    assert [(line.what, pytest.approx(line.dollars)) for line in found.lines] == expected
    assert found.dollars == pytest.approx(sum(dollars for _, dollars in expected))
    assert found.minutes == pytest.approx(90)


def test_a_receipt_of_what_still_runs():
    """An attempt that has not ended is reckoned until now; what ran on this machine costs nothing."""
    running = receipt([Went(ended_s=None)], EU, now_s=3600)
    assert running.dollars == pytest.approx(receipt([Went()], EU, now_s=10**6).dollars)
    assert receipt([Went(instance_type="")], EU, now_s=1).lines == ()
    with pytest.raises(MoneyError, match="no price is known of u-24tb1"):
        receipt([Went(instance_type="u-24tb1.metal")], EU, now_s=1)


def entry(**fields: Any) -> Entry:
    usual = {
        "run_id": "r", "project": "rain", "when_s": 0.0, "quoted_low": 1.0, "quoted": 2.0, "quoted_high": 3.0,
        "real": 3.0, "minutes": 10.0, "spot": True, "region": "eu-west-1",
    }  # fmt: skip
    return Entry(**{**usual, **fields})


def test_the_next_quote_learns(tmp_path: Path):
    """After three runs that cost half as much again as was reckoned, the fourth is quoted half as much again."""
    for number in range(3):
        history.add(str(tmp_path / "été"), entry(run_id=str(number)))
    known = history.read(str(tmp_path / "été"))
    assert [one.run_id for one in known] == ["0", "1", "2"]
    assert history.ratio(known, "rain") == 1.5
    assert history.ratio(known, "another") == 1.5
    assert history.ratio(known[:2], "rain") == 1.0
    assert history.minutes(known, "rain") == 10
    assert history.minutes(known, "another") is None
    plain = quote(SMALL, Minutes(10, 10, 10), EU)
    assert quote(SMALL, Minutes(10, 10, 10), EU, 1.5).likely == pytest.approx(plain.likely * 1.5)


def test_what_was_learnt_is_not_learnt_twice():
    """A quote that was already corrected is compared as it was before, else every second quote would be off."""
    assert entry(quoted=3.0, real=3.0, ratio_used=1.5).ratio == 1.5


def test_one_run_that_went_wrong_spoils_nothing():
    """The middle of the ratios counts, and never more than five times."""
    assert history.ratio([entry(), entry(), entry(), entry(real=1000.0)], "rain") == 1.5
    assert history.ratio([entry(real=1000.0)] * 3, "rain") == 5.0
    assert history.ratio([entry(quoted=0.0)] * 3, "rain") == 1.0


def test_a_damaged_history_is_no_error(tmp_path: Path):
    """What cannot be read is passed over; a file that is not there is empty."""
    assert history.read(str(tmp_path)) == ()
    history.add(str(tmp_path), entry())
    with open(tmp_path / history.NAME, "ab") as file:
        file.write(b'{"run_id": 3}\n\xff\xfe\n[]\n{"cut')
    assert len(history.read(str(tmp_path))) == 1


def test_two_runs_at_once_lose_no_line(tmp_path: Path):
    """Lines of several writers stand each for itself."""
    threads = [
        threading.Thread(target=lambda: [history.add(str(tmp_path), entry()) for _ in range(50)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(history.read(str(tmp_path))) == 200


def test_a_history_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    """With the fix."""
    (tmp_path / "file").write_text("")
    with pytest.raises(MoneyError, match="cannot be written") as raised:
        history.add(str(tmp_path / "file"), entry())
    assert raised.value.fix


@given(st.floats(0.3, 50), st.booleans(), st.booleans(), st.integers(0, 10**10))
def test_a_limit_holds_at_the_worst(max_cost: float, spot: bool, builds: bool, size: int):
    """A run as long as it may be, on the dearest machine, slowly started, all results sent home, costs no more."""
    load = Load(Need(4, 15, 0, ("m6i", "m5")), spot, 30, size, 100, builds)
    try:
        bought = limit.budget(max_cost, load, EU)
    except MoneyError as error:
        needed = float(error.fix.split()[2])
        enough = limit.budget(needed, load, EU)
        assert enough.all_s - enough.start_s >= limit.LEAST_S
        return
    assert bought.start_s == START_MIN.high * 60
    worst = rate(load, EU).high * bought.all_s / 3600 + limit._once(load, EU)
    assert worst <= max_cost
    assert worst > max_cost - rate(load, EU).high / 1800


def test_the_latest_moment_comes_earlier_by_what_is_spent():
    """A lost attempt and the one that runs count, at their highest price; all spent is a moment in the past."""
    spot = replace(SMALL, spot=True)
    fresh = limit.latest(2, [], spot, EU, 10_000)
    after = limit.latest(2, [Went(1, 0, 3600, spot=True)], spot, EU, 10_000)
    assert 10_000 < after < fresh
    assert limit.latest(0.1, [Went(1, 0, 3600)], SMALL, EU, 10_000) < 10_000
    running = [limit.latest(2, [Went(1, 0, None)], SMALL, EU, now) for now in (1000.0, 2000.0)]
    assert running[1] < running[0] + 1000


def product(dollars: str) -> str:
    term = {"priceDimensions": {"x.y": {"unit": "Hrs", "pricePerUnit": {"USD": dollars}}}}
    return json.dumps({"product": {"attributes": {}}, "terms": {"OnDemand": {"x": term}}, "serviceCode": "AmazonEC2"})


class Stubbed:
    """A session whose clients are botocore's own, answered by its Stubber: moto has no Price List service."""

    def __init__(self) -> None:
        session = boto3.Session("test", "test", region_name="us-east-1")
        self.clients = {name: session.client(name) for name in ("pricing", "ec2")}
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}

    def client(self, service_name: str, *, config: Any) -> Any:
        del config
        return self.clients[service_name]

    def price(self, field: str, value: str, dollars: list[str]) -> None:
        listed = [{"Type": "TERM_MATCH", "Field": field, "Value": value}]
        if field == "instanceType":
            listed += [{"Type": "TERM_MATCH", "Field": name, "Value": said} for name, said in live._LINUX.items()]
        else:
            listed.append({"Type": "TERM_MATCH", "Field": "productFamily", "Value": "Storage"})
        listed.append({"Type": "TERM_MATCH", "Field": "regionCode", "Value": "ap-south-1"})
        answer = {"FormatVersion": "aws_v1", "PriceList": [product(one) for one in dollars]}
        self.stubs["pricing"].add_response("get_products", answer, {"ServiceCode": "AmazonEC2", "Filters": listed})

    def spot(self, told: list[tuple[str, str, str]]) -> None:
        entries = [{"InstanceType": name, "AvailabilityZone": zone, "SpotPrice": price} for name, zone, price in told]
        self.stubs["ec2"].add_response("describe_spot_price_history", {"SpotPriceHistory": entries})

    def door(self) -> Aws:
        for stub in self.stubs.values():
            stub.activate()
        return Aws(self, sleep=lambda _: None)

    def done(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


def test_prices_of_now():
    """On demand by the Price List service, zeros of reservations passed over; spot by the history of all zones."""
    session = Stubbed()
    session.price("instanceType", "m6i.2xlarge", ["0.0000000000", "0.4040000000"])
    session.price("instanceType", "m6a.2xlarge", [])
    session.spot([("m6i.2xlarge", "a", "0.10"), ("m6i.2xlarge", "b", "0.30"), ("m6i.2xlarge", "b", "0.12")])
    session.price("volumeApiName", "gp3", ["0.0912"])
    door = session.door()
    found = live.ask(door, door, "ap-south-1", [Machine("m6i.2xlarge", 8, 32), Machine("m6a.2xlarge", 8, 32)], NOW)
    session.done()
    assert (found.region, found.read, found.source) == ("ap-south-1", "2026-11-21", "live")
    assert (found.on_demand, found.disk_gb_month) == ({"m6i.2xlarge": 0.404}, 0.0912)
    assert found.spot == {"m6i.2xlarge": Span(0.1, 0.12, 0.3)}
    assert quote(replace(SMALL, spot=True), Minutes(10, 10, 10), found).likely > 0


def test_a_region_without_the_machines():
    """What is not sold there is told before anything is paid."""
    session = Stubbed()
    session.price("instanceType", "g6.xlarge", [])
    door = session.door()
    with pytest.raises(MoneyError, match="ap-south-1 has none"):
        live.ask(door, door, "ap-south-1", [Machine("g6.xlarge", 4, 16, 1)], NOW)


NEEDED = (Machine("m6i.2xlarge", 8, 32),)


def fresh(**fields: Any) -> Prices:
    return replace(EU, source="live", read="2026-11-21", on_demand={"m6i.2xlarge": 0.5}, **fields)


def test_prices_are_asked_for_once_a_day(tmp_path: Path):
    """The second quote of a day is the cache's; machines of another run are added; the next day asks anew."""
    asked: list[str] = []

    def fetch() -> Prices:
        asked.append("x")
        return fresh()

    first = live.cached(str(tmp_path), "eu-west-1", NEEDED, NOW, fetch)
    again = live.cached(str(tmp_path), "eu-west-1", NEEDED, NOW, fetch)
    assert (len(asked), first.source, again.source) == (1, "live", "cache")
    assert replace(again, source="live") == first
    other = replace(fresh(), on_demand={"g5.xlarge": 1.2})
    both = live.cached(str(tmp_path), "eu-west-1", (Machine("g5.xlarge", 4, 16, 1),), NOW, lambda: other)
    assert dict(both.on_demand) == {"m6i.2xlarge": 0.5, "g5.xlarge": 1.2}
    live.cached(str(tmp_path), "eu-west-1", NEEDED, NOW.replace(day=22), fetch)
    assert len(asked) == 2


def test_without_a_network_older_prices_do(tmp_path: Path):
    """Yesterday's of the cache, with their date, then the file's; a damaged cache is as none."""

    def gone() -> Prices:
        raise AwsError("pricing.get_products", "EndpointConnectionError", "")

    assert live.cached(str(tmp_path), "eu-west-1", NEEDED, NOW, gone) == EU
    live.cached(str(tmp_path), "eu-west-1", NEEDED, NOW, fresh)
    later = live.cached(str(tmp_path), "eu-west-1", NEEDED, NOW.replace(day=30), gone)
    assert (later.source, later.read) == ("cache", "2026-11-21")
    (tmp_path / "prices" / "eu-west-1.json").write_text('{"spot": 3}')
    assert live.cached(str(tmp_path), "eu-west-1", NEEDED, NOW, gone) == EU


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder in whose place a file stands."""
    (tmp_path / "cache").write_text("")
    yield tmp_path / "cache"
    assert os.path.isfile(tmp_path / "cache")


def test_a_cache_that_cannot_be_written_is_no_error(locked: Path):
    """Prices are asked for again the next time."""
    assert live.cached(str(locked), "eu-west-1", NEEDED, NOW, fresh).source == "live"


def test_sizes_have_their_names():
    """As EC2 has them."""
    assert [size(vcpus) for vcpus in (2, 4, 8, 192)] == ["large", "xlarge", "2xlarge", "48xlarge"]
