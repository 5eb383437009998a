"""The stages of token rule 2 are those of `Model.classify`: the same answer, whatever the text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.contestants import STAGES_SUM, WHOLE
from benchmarks.stages import STAGES, OtherAnswerError, Stages
from benchmarks.stand_in import stand_in
from benchmarks.texts import make
from textmodel import Model, Prediction, load
from textmodel.reliability import DEFAULT_TARGET

TEXTS = make(100)
WORDS = "profit loss rose fell not no from to EUR 5.1 mn ( ) , % J+Ærvinen returned award weak compared 2009 über"


@pytest.fixture(scope="module")
def model(shipped: Path) -> Model:
    """A model of rule 2 that knows some terms of the benchmark's texts."""
    return stand_in(load(root=str(shipped)), 2, TEXTS)


@given(text=st.text() | st.lists(st.sampled_from(WORDS.split())).map(" ".join) | st.sampled_from(TEXTS))
def test_the_stages_give_the_answer_of_classify(model: Model, text: str) -> None:
    """All nine fields, for any text."""
    answer, seconds = Stages(model).laps(text)
    assert answer == model.classify(text)
    assert len(seconds) == len(STAGES)
    assert min(seconds) >= 0


def test_every_stage_has_its_times(model: Model) -> None:
    """And so have all of them together, whose mean is the sum of theirs, and the text undivided."""
    found = Stages(model).times(TEXTS)
    assert list(found) == [*STAGES, STAGES_SUM, WHOLE]
    assert min(min(times) for times in found.values()) > 0
    assert found[STAGES_SUM].mean == pytest.approx(sum(found[stage].mean for stage in STAGES))


def test_stages_that_are_not_those_of_classify_are_not_timed(model: Model) -> None:
    """A `classify` that has changed since is told, and no figure is made up."""

    class Changed(Model):
        def classify(self, text: str, target: float = DEFAULT_TARGET) -> Prediction:
            return super().classify(text, target)._replace(score=2.0)

    with pytest.raises(OtherAnswerError, match=r"bring benchmarks\.stages up to it"):
        Stages(Changed(model.artifact)).times(TEXTS[:1])
