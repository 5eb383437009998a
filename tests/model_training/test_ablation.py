"""Ablation: the same folds without the terms of one part, and what the part gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from model_training import ablation, features, sample
from model_training.__main__ import main
from model_training.recipes import SENTIMENT
from textmodel.tokens import RULES

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [text for _, text in sample.rows(60)]
# Written for this test: something for every part of every rule.
TEXTS += ["Net sales rose to EUR 13.1 mn from EUR 8.7 mn in J+Ærvenp+Æ+Æ, no weak result, and costs fell."]

# Keras reads TensorFlow's variables by a protocol that NumPy 2 is leaving behind; theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


PARTS = {number: tuple(rule.parts) for number, rule in RULES.items()}


@pytest.mark.parametrize(("number", "part"), [(number, part) for number in PARTS for part in PARTS[number]])
def test_a_part_gives_terms(number: int, part: str) -> None:
    """Without any one part some terms are gone, and some stay."""
    recipe = replace(SENTIMENT, token_rule=number)
    whole, without = RULES[number], features.rule(ablation.recipes(recipe)[part])

    gone = {term for text in TEXTS for term in whole(text)} - {term for text in TEXTS for term in without(text)}

    assert gone
    assert all(without(text) for text in TEXTS)


def test_the_command_prints_a_row_a_part(data_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The row of the whole first; the gain is the difference to it, in points. Nothing is written."""
    code = main(["ablate", "sentiment", "--token-rule", "1", "--data", data_file,
                 "--folds", "2", "--split-seeds", "0", "--epochs", "8", "--jobs", "1"])  # fmt: skip

    head, whole, *parts = capsys.readouterr().out.splitlines()
    assert code == 0
    assert head.split() == ["left", "out", "accuracy", "macro-F1", "its", "gain"]
    assert whole.startswith("nothing  ")
    assert [row.startswith(part) for row, part in zip(parts, PARTS[1], strict=True)] == [True]
    accuracies = [float(row.split(" ± ")[0].split()[-1]) for row in (whole, parts[0])]
    gain = float(parts[0].split(" / ")[0].split()[-1])
    assert gain == pytest.approx(100 * (accuracies[0] - accuracies[1]), abs=0.15)
    assert not list(tmp_path.iterdir())
