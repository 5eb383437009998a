"""Verdicts: shifts are found, stable logs are not called shifted, and few answers are not judged."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.textmodel.drift.logs import LABELS, MODEL, drawn, feedback_line, server_line
from textmodel import histogram
from textmodel.drift.plot import svg
from textmodel.drift.report import (
    LEVEL,
    MIN_ANSWERS,
    SHIFT,
    SHIFTED,
    SOME,
    SOME_SHIFT,
    STABLE,
    TOO_FEW,
    Report,
    as_json,
    report,
    verdict,
)
from textmodel.drift.sources import Raw
from textmodel.drift.stats import LEAST_EXPECTED, SMOOTHING, Distance, distance
from textmodel.drift.tally import SHOWN_BROKEN, Tally
from textmodel.drift.text import lines
from textmodel.histogram import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.textmodel.drift.logs import Row

BASELINE = histogram.of(drawn(1, 12_000))


def reported(content: Iterable[str], baseline: dict[str, dict[str, int]] = BASELINE) -> Report:
    tally = Tally(MODEL, LABELS)
    tally.take(Raw(f"log:{n}", line.encode()) for n, line in enumerate(content, 1))
    tally.close()
    return report(tally, baseline, LABELS)


def of_rows(rows: list[Row]) -> Report:
    return reported([server_line(*rows)])  # a batch counts as its texts do


def verdicts(found: Report) -> dict[str, str]:
    return {field.name: field.verdict for field in found.fields}


@pytest.mark.parametrize("number", [MIN_ANSWERS, 1000, 50_000])
def test_the_same_kind_of_texts_is_stable(number: int):
    """Twenty logs of the baseline's own kind, short or long: not one is called shifted."""
    found = [of_rows(drawn(seed, number)).verdict for seed in range(100, 120 if number < 50_000 else 102)]
    assert set(found) == {STABLE}


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"weights": (40, 30, 30)}, {"label"}),
        ({"size": 5.4}, {"chars"}),
        ({"known": 0.7}, {"known"}),
        ({"known": 0.6, "size": 6.0}, {"known", "chars"}),
    ],
)
def test_a_shift_is_found_where_it_is(changed: dict[str, object], fields: set[str]):
    """Other labels, lengths or words are told in their field and in no other."""
    found = verdicts(of_rows(drawn(5, 1000, **changed)))  # type: ignore[arg-type]
    assert {name for name, said in found.items() if said == SHIFTED} == fields
    assert {said for name, said in found.items() if name not in fields} == {STABLE}


def test_a_huge_log_does_not_cry_wolf():
    """A difference of one per cent in a million answers has a tiny p and is no shift all the same."""
    live = {"label": {"negative": 130_000, "neutral": 600_000, "positive": 270_000}}
    found = distance([1450, 7200, 3350], list(live["label"].values()))
    rows = of_rows(drawn(5, 200_000, weights=(14, 58, 28)))
    label = rows.fields[0]
    assert label.distance.p_value < 1e-6
    assert label.distance.cramers_v < 0.05
    assert found.psi < 0.1
    assert rows.verdict == STABLE


@pytest.mark.parametrize("number", [1, 50, MIN_ANSWERS - 1])
def test_few_answers_are_not_judged(number: int):
    """Below the stated number there is no verdict, however far off they look."""
    assert set(verdicts(of_rows(drawn(5, number, weights=(90, 5, 5)))).values()) == {TOO_FEW}


@pytest.mark.parametrize(
    ("psi", "p_value", "answers", "said"),
    [
        (0.099, 0.0, 10**6, STABLE),
        (0.1, 0.0024, 200, SOME),
        (0.25, 0.0, 200, SOME),
        (0.26, 0.0024, 200, SHIFTED),
        (0.26, 0.0025, 200, STABLE),
        (3.0, 0.5, 200, STABLE),
        (3.0, 0.0, 199, TOO_FEW),
    ],
)
def test_the_rule(psi: float, p_value: float, answers: int, said: str):
    """PSI decides how large a shift is, p whether it may be chance, and their number whether they are judged at all."""
    assert verdict(Distance(psi, 1.0, 1, p_value, 0.1), answers) == said


def test_some_shift_lies_between():
    """A PSI between the two limits is told as that, and is the whole log's verdict where nothing is worse."""
    found = of_rows(drawn(5, 5000, weights=(22, 45, 33)))
    assert 0.1 <= found.fields[0].distance.psi <= 0.25
    assert (found.fields[0].verdict, found.verdict) == (SOME, SOME)


def test_a_field_without_any_variety_is_stable():
    """A single bucket on both sides has nothing that could differ."""
    same = histogram.of([("neutral", 0.95, 0.95, 70)] * 500)
    found = reported([server_line(*[("neutral", 0.95, 0.95, 70)] * 300)], same)
    assert found.verdict == STABLE
    assert {field.distance.degrees for field in found.fields} == {0}


def test_broken_and_other_lines_are_counted_and_named():
    """The first few broken lines by their places, other models by their names, other events by their number."""
    content = [server_line(row) for row in drawn(5, 300)]
    content[10:10] = ["nonsense", '{"event": "start"}', server_line(drawn(5, 1)[0], model="sentiment-0.9\x1b[31m")]
    content += ["{"] * 9 + [feedback_line("a", "good"), server_line(("happy", 0.9, 0.9, 5))]
    found = reported(content)
    assert found.answers == 300
    assert found.tally.broken == 12
    assert [told.partition(": ")[0] for told in found.tally.first_broken] == [
        "log:11",
        *(f"log:{n}" for n in range(304, 308)),
    ]
    assert found.tally.other_lines == 1
    assert dict(found.tally.other_models) == {"sentiment-0.9\x1b[31m": 1}
    shown = "\n".join(lines(found))
    assert "1 answers of sentiment-0.9\\x1b[31m: not counted" in shown
    assert "12 lines are broken: skipped; the first:\n  log:11: expected a JSON object, found none" in shown
    assert "\x1b" not in shown


def test_names_of_models_cannot_fill_the_memory():
    """A log of a thousand names is told by a hundred and the rest together."""
    row = drawn(5, 1)[0]
    found = reported([server_line(row, model=f"m{n}" * 500) for n in range(1000)])
    assert len(found.tally.other_models) == 101
    assert sum(found.tally.other_models.values()) == 1000
    assert max(map(len, found.tally.other_models)) <= 100


def test_live_accuracy():
    """Right over judged, with each label's recall and precision, counted by hand."""
    content = [server_line((label, 0.9, 0.9, 70), request_id=f"r{n}") for n, label in enumerate(LABELS * 100)]
    content += [feedback_line(f"r{n}", "neutral") for n in range(6)] + [feedback_line("gone", "neutral")]
    accuracy = reported(content).accuracy
    assert accuracy
    assert (accuracy.right, accuracy.judged) == (2, 6)
    assert accuracy.counts.confusion == ((0, 0, 0), (2, 2, 2), (0, 0, 0))
    assert accuracy.by_label[0].recall is None
    assert [one.precision and one.precision[0] for one in accuracy.by_label] == [0.0, 1.0, 0.0]
    assert accuracy.by_label[1].recall
    assert accuracy.by_label[1].recall == accuracy.accuracy == pytest.approx((1 / 3, 0.0968, 0.7000), abs=1e-4)
    assert accuracy.counts.unmatched == 1


def test_without_feedback_nothing_is_said_of_it():
    """No feedback is not an accuracy of nothing."""
    found = of_rows(drawn(5, 300))
    assert found.accuracy is None
    assert as_json(found)["accuracy"] is None
    assert "accuracy" not in "\n".join(lines(found))


def test_the_page_states_the_limits():
    """docs/drift.md names the numbers that decide, as they are here."""
    page = (Path(__file__).parents[3] / "docs/drift.md").read_text(encoding="utf-8")
    assert f"| `stable` | PSI below {SOME_SHIFT}, or p at or above {LEVEL / len(BUCKETS)} |" in page
    assert f"| `some shift` | PSI from {SOME_SHIFT} to {SHIFT} |" in page
    assert f"| `too few` | fewer than {MIN_ANSWERS} answers |" in page
    assert f"expects fewer than {LEAST_EXPECTED:g} answers" in page
    assert f"Each bucket's count gets {SMOOTHING}" in page
    assert f"The first {SHOWN_BROKEN} are named".replace("5", "five") in page


def test_the_period_is_that_of_the_answers():
    """From the first to the last of the model's answers, whatever their order."""
    row = drawn(5, 1)[0]
    found = reported([server_line(row, second=s) for s in (90, 3600, 5)] + [server_line(row, model="x", second=80_000)])
    shown = "\n".join(lines(found))
    assert "3, 2026-11-21 00:00:05 UTC to 2026-11-21 01:00:00 UTC" in shown


def test_the_json_is_whole_and_plain():
    """What a program reads has every figure, and nothing that JSON has no word for."""
    found = reported([server_line(row, request_id="a") for row in drawn(5, 300)] + [feedback_line("b", "neutral")])
    document = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert document["verdict"] == STABLE
    assert list(document["fields"]) == ["label", "score", "known", "chars"]
    for field in document["fields"].values():
        assert [sum(side) for side in zip(*field["buckets"].values(), strict=True)] == [12_000, 300]
    assert document["accuracy"]["accuracy"] is None
    assert document["accuracy"]["unmatched"] == 1


def test_text_is_ascii():
    """Any terminal, and any mail of a cron job, shows it."""
    found = reported([server_line(row) for row in drawn(5, 300)] + ["ä"])
    assert "\n".join(lines(found)).isascii()


def test_the_picture_shows_the_shares():
    """One group a field, two bars a bucket, as tall as their shares; well-formed and self-contained."""
    found = of_rows(drawn(5, 1000, weights=(40, 30, 30)))
    text = svg(found)
    root = ET.fromstring(text)  # noqa: S314  # our own
    space = {"s": "http://www.w3.org/2000/svg"}
    groups = root.findall("s:g", space)
    assert len(groups) == 4
    for group, field in zip(groups, found.fields, strict=True):
        heights = [float(bar.attrib["height"]) for bar in group.findall("s:rect", space)]
        shares = [count / sum(side) for pair in zip(field.baseline, field.live, strict=True)
                  for count, side in zip(pair, (field.baseline, field.live), strict=True)]  # fmt: skip
        scale = max(heights) / max(shares)
        assert heights == pytest.approx([share * scale for share in shares], abs=0.02)
        assert max(heights) <= 192.01
    assert re.findall(r'(?:href|src|url\()[="]', text) == []
    assert f"{MODEL}: shift" in text


def test_a_models_name_does_no_harm_in_the_picture():
    """Names from a log are escaped."""
    tally = Tally("<script>&", LABELS)
    tally.close()
    assert "<script>" not in svg(report(tally, BASELINE, LABELS))
