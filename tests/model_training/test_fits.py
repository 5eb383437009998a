"""Fits in several processes: the same bits as in one, and an end when one of them ends."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rich.console import Console

from model_training import corpus, fits, sample
from model_training.corpus import Corpus
from model_training.errors import WorkerError
from model_training.fits import Fit
from model_training.progress import Display
from model_training.recipes import SENTIMENT

if TYPE_CHECKING:
    from collections.abc import Callable

# Keras reads TensorFlow's variables by a protocol that NumPy 2 is leaving behind; theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

LABELS = ("negative", "neutral", "positive")


@pytest.fixture
def four() -> list[Fit]:
    """Two folds each for a single network and for two members."""
    rows = sample.rows(20)
    sentences = Corpus(
        np.array([text for _, text in rows], dtype=object),
        np.array([LABELS.index(label) for label, _ in rows]),
        LABELS,
        np.full(len(rows), 0.5),
    )
    recipe = replace(SENTIMENT, token_rule=1, epochs=2, hidden=(4,))
    parts = corpus.folds(sentences, 1, 2, seed=0)
    return [
        Fit(f"{members} members", replace(recipe, members=members), sentences, fold, seed=0)
        for members in (1, 2)
        for fold in parts
    ]


def display() -> tuple[Display, io.StringIO]:
    shown = io.StringIO()
    return Display(12, Console(file=shown, width=100)), shown


def stages(shown: io.StringIO) -> list[str]:
    return [line.partition(" ...")[0] for line in shown.getvalue().splitlines()]


def test_the_number_of_processes_changes_no_bit(four: list[Fit]) -> None:
    """Nor the order of answers, nor what is shown but the minutes left; epochs of all members are counted."""
    (one, shown), (two, shown_too) = display(), display()

    alone, together = fits.run(four, 1, one), fits.run(four, 2, two)

    for a, b in zip(alone, together, strict=True):
        assert a.logits.tobytes() == b.logits.tobytes()
        assert a.known.tobytes() == b.known.tobytes()
    assert stages(shown) == stages(shown_too) != []
    assert one.done == two.done == 12


def test_what_is_known_is_of_the_folds_own_vocabulary(four: list[Fit]) -> None:
    """The fold's vocabulary has seen other sentences: most words, not all."""
    known = four[0].answers(lambda: None).known

    assert known.min() < 1
    assert 0.5 < known.mean() < 1


class Deadly:
    """What ends the process that it is sent to."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[int]]:
        return os._exit, (9,)


def test_a_process_that_ends_ends_the_run(four: list[Fit]) -> None:
    """As when the system ends it for its memory: the run does not wait for its answer."""
    deadly = [replace(one, stage=Deadly()) for one in four]

    with pytest.raises(WorkerError, match="--jobs: expected 2 processes to fit networks, found one ended"):
        fits.run(deadly, 2, display()[0])
