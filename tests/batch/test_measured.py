"""How sure a label must be: measured on labelled lines, and never taken over from other texts."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.engines.identity import Identity
from batch.errors import InputError
from batch.measured import FEWEST, TARGET, Bar, best, measure, with_bar
from batch.pipeline import NEVER, Pipeline
from batch.quality.lines import Line
from batch.settings import Settings
from tests.batch.stand_ins import Declared, pipeline, record
from textmodel import Model, load

WORDS = ("profit", "loss", "sales", "net", "operating", "eur", "mn", "million", "rose", "fell", "quarter", "year")
TEXTS = [f"{a} {b} {c}" for a in WORDS[:4] for b in WORDS[4:8] for c in WORDS[8:]]


@pytest.fixture(scope="module")
def model(shipped: Path) -> Model:
    return load("sentiment", str(shipped))


def made(model: Model, bar: float | None) -> Pipeline:
    return Pipeline(model, Declared(), {"en": Identity()}, bar)


def lines(model: Model, wrong_below: float) -> list[Line]:
    """Each text with the label that the model gives it, another one where its score is below."""
    answers = model.classify_many(TEXTS)
    other = {label: model.labels[n - 1] for n, label in enumerate(model.labels)}
    labels = [answer.label if answer.score >= wrong_below else other[answer.label] for answer in answers]
    return [Line("en", label, text, None) for text, label in zip(TEXTS, labels, strict=True)]


def test_the_bar_is_where_the_lines_begin_to_be_right(model: Model):
    """Rows below it are unsure, rows from it on reliable: as many as were counted."""
    scores = sorted(answer.score for answer in model.classify_many(TEXTS))
    labelled = lines(model, scores[len(scores) // 2])
    bar = measure(made(model, 0.0), labelled)
    rows, _ = made(model, bar.score).rows("a", [record(n, x.text, "en") for n, x in enumerate(labelled)], lambda _: {})
    assert sum(row.reliable for row in rows) == bar.kept >= FEWEST
    assert sum(row.label == x.label for row, x in zip(rows, labelled, strict=True) if row.reliable) == bar.right
    assert {row.reasons for row in rows if not row.reliable} == {"unsure"}
    assert bar.right >= TARGET * bar.kept


def test_where_no_score_is_right_often_enough_no_label_is_reliable(model: Model):
    """However sure the model is."""
    bar = measure(made(model, 0.0), lines(model, 1.1))
    rows, _ = made(model, bar.score).rows("a", [record(0, TEXTS[0], "en")], lambda _: {})
    assert bar.score == NEVER
    assert (rows[0].reliable, rows[0].reasons) == (False, "target-not-met")


@given(st.lists(st.tuples(st.sampled_from([0.4, 0.5, 0.6, 0.7, 0.8]), st.booleans()), max_size=120))
def test_a_bar_keeps_its_promise(found: list[tuple[float, bool]]):
    """Counted the slow way: no lower score holds the target on enough lines, and the bar itself does."""
    bar = best(found, len(found))
    kept = {score: [right for other, right in found if other >= score] for score, _ in found}
    good = [score for score, rights in kept.items() if len(rights) >= FEWEST and sum(rights) >= TARGET * len(rights)]
    assert bar.score == min(good, default=NEVER)
    assert (bar.kept, bar.right) == ((len(kept[bar.score]), sum(kept[bar.score])) if good else (0, 0))


def test_a_label_that_the_model_does_not_have_is_named(model: Model):
    """With those that it has."""
    with pytest.raises(InputError, match="expected labels negative, neutral, positive, found 'great'"):
        measure(made(model, 0.0), [Line("en", "great", TEXTS[0], None)])


def test_lines_of_one_label_measure_nothing(model: Model):
    """A model that always says it would be right each time."""
    with pytest.raises(InputError, match=r"here: expected lines of different labels, .* found only 'neutral'"):
        measure(made(model, 0.0), [Line("en", "neutral", text, None) for text in TEXTS], "here")


def test_too_few_lines_are_told():
    """In place of a share of them."""
    assert str(Bar(NEVER, 0, 0, 3)).startswith("3 labelled lines are too few: at least 20 must reach a score.")


def test_a_shipped_threshold_is_not_of_reviews(shipped: Path):
    """Without a sample no shipped artifact makes anything reliable and says why; one's own artifact is trusted."""
    said: list[str] = []
    own = Settings("", "", task="sentiment", artifacts=str(shipped), engines="upper")
    assert with_bar(Settings("", ""), None, said.append).bar == NEVER
    assert with_bar(Settings("", "", task="sentiment"), None, said.append).bar == NEVER
    assert with_bar(own, None, said.append).bar is None
    assert ["not trained on reviews" in line for line in said] == [True, True]


def test_a_sample_is_measured_with_the_pipeline_of_the_run(shipped: Path, tmp_path: Path, model: Model):
    """And what came of it is told."""
    scores = sorted(answer.score for answer in model.classify_many(TEXTS))
    sample = tmp_path / "sample.tsv"
    text = "".join(f"{x.language}\t{x.label}\t{x.text}\n" for x in lines(model, scores[4]))
    sample.write_text("language\tlabel\ttext\n" + text)
    said: list[str] = []
    asked = with_bar(
        Settings("", "", task="sentiment", artifacts=str(shipped), engines="upper"), str(sample), said.append, pipeline
    )
    kept = f"{len(TEXTS) - 4} of {len(TEXTS)} such lines are right"
    assert asked.bar == scores[0]
    assert said == [f"A label is reliable from a score of {scores[0]:.3f}: {kept}."]
