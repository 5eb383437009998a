"""The report on given numbers: every column, ratios, verdicts and what was left out."""

import pytest

from benchmarks import budgets, columns, text_columns
from benchmarks import contestants as c
from benchmarks.plan import FULL
from benchmarks.record import Record
from benchmarks.report import Head, render

HEAD = Head("2026-11-21", [("CPU", "a CPU, 2 cores")], ["A remark."])
TABLES = [
    *(getattr(columns, name)(FULL) for name in ("side_by_side", "http", "flood", "cold", "memory")),
    *(getattr(text_columns, name)(FULL) for name in ("per_text", "rules", "stages", "options", "drift")),
]


@pytest.fixture
def record() -> Record:
    """Three rounds, as a run would have added them."""
    record = Record()
    for ours, original in ((20.0, 50_000.0), (22.0, 44_000.0), (30.0, 60_000.0)):
        record.add(c.CLASSIFY, "text.p50_us", ours)
        record.add(c.ORIGINAL_TEXT, "text.p50_us", original)
        record.add(c.RULE_1, "rule.p50_us", ours)
    record.add(c.RULE_2, "rule.p50_us", 50.0)
    record.say(c.RULE_2, "rule.model", "the shipped one")
    record.add(c.EXPLAIN, "option.p50_us", 900.0)
    record.add("scan", "stage.p50_us", 4.0)
    record.add("scan", "stage.mean_us", 5.0)
    record.add(c.WHOLE, "stage.mean_us", 50.0)
    for share in (100.0, 99.5):
        record.add(c.OURS, "flood.10000.share", share)
    record.say(c.OURS, "flood.10000.failures", "none")
    record.say(c.OURS, "flood.10000.failures", "connection reset 50")
    record.add(c.OURS, "memory.resident_mb", 100.0)
    record.skipped["LitServe"] = "not\ninstalled"
    return record


def _verdicts(record: Record) -> dict[str, tuple[str, str, str]]:
    return {what: rest for what, *rest in (b.row() for b in budgets.judge(record, FULL))}  # type: ignore[misc]


def test_every_table_has_every_column(record: Record) -> None:
    """Also those for which nothing was measured."""
    page = render(HEAD, record, TABLES, budgets.judge(record, FULL))
    for table in TABLES:
        section = page.partition(f"## {table.title}\n")[2].partition("\n## ")[0]
        headings = [cell.strip() for cell in section.split("\n| ", 1)[1].splitlines()[0].split("|")]
        assert headings[:-1] == [table.rows, *(column.heading for column in table.columns)]


def test_a_row_shows_medians_ratios_and_dashes(record: Record) -> None:
    """50,000 / 20, 44,000 / 22 and 60,000 / 30: the median of the ratios."""
    cells = [column.cell(record, c.CLASSIFY) for column in text_columns.per_text(FULL).columns]
    assert cells == ["22", "-", "2,000x", "-", "-"]


def test_failures_of_all_rounds_are_told(record: Record) -> None:
    """A good round hides no bad one."""
    assert record.words(c.OURS, "flood.10000.failures") == "connection reset 50"


def test_what_was_left_out_is_said_on_one_line(record: Record) -> None:
    """With its reason."""
    assert "\n- Left out, LitServe: not installed.\n" in render(HEAD, record, TABLES, [])


def test_verdicts(record: Record) -> None:
    """Met, missed by how much, or not measured; a flood by its worst round."""
    verdicts = _verdicts(record)
    assert verdicts["classifier against transform + keras.predict"][2] == "met"
    flooded = verdicts[f"10,000 requests, 10,000 connections, worst round: {c.OURS}"]
    assert flooded == ["≥ 100 % answered", "99.5 % answered", "missed by 0.500 %"]
    assert verdicts[f"one serving process: {c.OURS}"] == ["≤ 80 MB", "100 MB", "missed by 25 %"]
    assert verdicts["Lambda handler in process, HTTP event, p99"] == ["≤ 1 ms", "-", "not measured"]


def test_both_token_rules_have_their_own_budget(record: Record) -> None:
    """Each by its own time, the domain tokens by two limits."""
    verdicts = _verdicts(record)
    assert verdicts["classifier, one text, p50, rule 1 (plain words)"] == ["≤ 25 µs", "22 µs", "met"]
    assert verdicts["classifier, one text, p50, rule 2 (domain tokens)"] == ["≤ 60 µs", "50 µs", "met"]
    assert verdicts["rule 2, stretch"] == ["≤ 40 µs", "50 µs", "missed by 25 %"]
    assert verdicts["explain, one text, p50"] == ["≤ 1 ms", "0.900 ms", "met"]


def test_a_rule_that_was_not_measured_has_no_verdict() -> None:
    """Nothing measured is neither met nor missed."""
    verdicts = _verdicts(Record())
    for budget in ("rule 1 (plain words)", "rule 2 (domain tokens)"):
        assert verdicts[f"classifier, one text, p50, {budget}"][1:] == ["-", "not measured"]


def test_stages_are_told_beside_the_whole(record: Record) -> None:
    """5 of 50 µs, in rows that are stages and no contestants."""
    page = render(HEAD, record, [TABLES[0], text_columns.stages(FULL)], [])
    section = page.partition("## Rule 2 by stage\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| ")]
    assert rows == [
        ["Stage", "p50 µs", "mean µs", "of the whole (mean)"],
        ["scan", "4", "5", "0.100x"],
        [c.WHOLE, "-", "50", "1x"],
    ]


def test_zero_failures_is_a_budget_too(record: Record) -> None:
    """A limit of nothing is missed by what there is."""
    record.add(c.OURS_GRANIAN, "http.64.failed", 3)
    assert _verdicts(record)["the same, requests that failed"] == ["≤ 0", "3", "missed by 3"]
