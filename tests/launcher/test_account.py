"""A run's money from its quote to its receipt, and how both are told."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from launcher.errors import MoneyError
from launcher.money import account, history, of_run, prices, show
from launcher.money.quote import Minutes, quote
from launcher.money.receipt import Receipt, receipt
from launcher.options import Options
from launcher.spec import Spec, resources
from tests.launcher.priced import EU, NOW, SMALL, Went

MINUTES = Minutes(10, 20, 60)


def made(**options: Any) -> Spec:
    """The spec of a run of 8 vCPUs and 30 GB for an hour at most."""
    asked = Options("p", **{"vcpus": 8, "memory_gb": 30, **options})
    return Spec(
        run_id="20260102-101500-ab12", account="1", region="eu-west-1", project="rain", project_digest="d",
        image_key="k", python="3.12", resources=resources(asked, 10**9), timeout_s=asked.timeout_s, deadline_s=0,
        files=12, size_bytes=10**9,
    )  # fmt: skip


def test_an_account_without_a_limit():
    """The script has its own time, the quote a price; no moment ends it for money."""
    found = account.opened(made(), None, builds=True, known=EU)
    assert (found.timeout_s, found.limited, found.ends_s([], 0)) == (3600, False, None)
    assert 0 < found.quote.low < found.quote.likely < found.quote.high
    assert "build" in {item.what for item in found.quote.items}


def test_a_limit_shortens_the_script():
    """--max-cost leaves less time than --timeout; enough leaves all of it; too little is refused before paying."""
    short = account.opened(made(timeout_s=6 * 3600), 2.0, builds=False, known=EU)
    assert 60 <= short.timeout_s < 6 * 3600
    assert short.limited
    assert not account.opened(made(), 500.0, builds=False, known=EU).limited
    with pytest.raises(MoneyError, match=r"\$0.01 is less than a minute") as raised:
        account.opened(made(), 0.01, builds=False, known=EU)
    assert raised.value.fix.startswith("say --max-cost ")


def test_a_lost_host_has_spent_some_of_the_limit():
    """The moment at which the money is gone comes earlier by what was spent."""
    found = account.opened(made(spot=True), 5.0, builds=False, known=EU)
    fresh, after = found.ends_s([], 10_000), found.ends_s([Went(1, 0, 1800, spot=True)], 10_000)
    assert fresh is not None
    assert after is not None
    assert 10_000 < after < fresh


def test_three_runs_teach_the_fourth_quote(tmp_path: Path):
    """Their minutes and their ratio are used; a run whose script never began is not kept."""
    spec = made()
    for number in range(3):
        entries = history.read(str(tmp_path))
        opened = account.opened(replace(spec, run_id=f"r{number}"), None, builds=False, known=EU, entries=entries)
        paid = account.closed(opened, [Went(ended_s=600)], str(tmp_path), now_s=10_000)
        assert paid.minutes == 10
    account.closed(opened, [], str(tmp_path), now_s=10_000)
    known = history.read(str(tmp_path))
    assert [entry.run_id for entry in known] == ["r0", "r1", "r2"]
    learnt = account.opened(spec, None, builds=False, known=EU, entries=known).quote
    assert learnt.minutes == Minutes(5, 10, 60)
    assert learnt.ratio != 1.0
    assert learnt.likely == pytest.approx(sum(item.dollars.likely for item in learnt.items) * learnt.ratio)


def test_what_a_person_says_wins_over_what_was_seen():
    """--minutes is the newest knowledge there is."""
    load = of_run.load_of(made(), builds=False)
    assert of_run.quote_of(made(), load, EU, said_min=6).minutes == Minutes(3, 6, 60)


def test_without_doors_the_file_tells(tmp_path: Path):
    """A quote needs neither a network nor an account."""
    load = of_run.load_of(made(gpus=1), builds=False)
    assert of_run.prices_of(load, "eu-west-1", str(tmp_path), NOW) == prices.load("eu-west-1")
    assert of_run.machines_of(load)[0].type.startswith("g4dn.")


def test_a_quote_as_a_person_reads_it():
    """Each item with low, likely, high and how; then the sum, and of which day the prices are."""
    lines = list(show.quote_lines(quote(replace(SMALL, builds=True), MINUTES, EU, 1.5)))
    assert [line.split()[0] for line in lines[1:-1]] == [
        "compute", "disk", "address", "transfer", "build", "requests", "learnt", "in",
    ]  # fmt: skip
    expected = "Prices of eu-west-1, 2026-11-21 (the list that comes along), without taxes and discounts."
    assert lines[-1] == expected
    assert lines[5].split()[:4] == ["build", "$0.0200", "$0.0400", "$0.15"]


def test_a_receipt_as_a_person_reads_it():
    """What was paid for, the sum, and how far the quote was off."""
    paid = receipt([Went(1, 0, 1200)], EU, now_s=0, disk_gb=30)
    quoted = quote(SMALL, MINUTES, EU)
    lines = list(show.receipt_lines(paid, quoted))
    assert (
        lines[0]
        == f"attempt 1   {show.dollars(paid.lines[0].dollars):>10}  m6i.2xlarge, on demand, 20 + 3 min at $0.4280/h"
    )
    assert "5% more than quoted ($" in lines[-1]
    assert list(show.receipt_lines(Receipt((), "2026-11-21", 0))) == ["in all           $0.00"]


def test_both_as_json():
    """All that is shown, by name."""
    told = json.loads(json.dumps(show.plain(quote(SMALL, MINUTES, EU))))
    assert set(told["items"][0]) == {"what", "low", "likely", "high", "how"}
    assert told["minutes"] == {"low": 10, "likely": 20, "high": 60}
    paid = receipt([Went()], EU, now_s=0)
    assert json.loads(json.dumps(show.plain(paid)))["dollars"] == paid.dollars
