"""One network fitted to some sentences and asked about others, and many of them at once in several processes.

Everything is fitted inside the fit, vocabulary included, so it knows nothing of what it is asked about.
The answers do not depend on the number of processes. Left out: which sentences (`corpus`), and what the
answers are worth (`evaluate`).
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmodel import Model
from textmodel.artifact import Artifact

from . import features, network, targets
from .corpus import Corpus, Fold
from .errors import WorkerError
from .interrupts import ignored
from .progress import Display
from .recipes import Recipe

POLL_S = 0.2


class Answers(NamedTuple):
    """What a network says of the sentences that it is asked about."""

    logits: NDArray[np.float32]
    """(B, L)."""
    known: NDArray[np.float64]
    """(B,): the share of each sentence's words that its vocabulary has."""


@dataclass(frozen=True)
class Fit:
    """One network to fit, and the sentences to ask it about."""

    stage: str
    recipe: Recipe
    corpus: Corpus
    fold: Fold
    seed: int

    def answers(self, on_epoch: Callable[[], None]) -> Answers:
        """Fit to one part of the fold and answer the other."""
        asked = self.corpus.texts[self.fold.judge_on].tolist()
        vectorizer, model = fit(self.recipe, self.corpus, self.fold.fit_on, self.seed, on_epoch)
        terms = vectorizer.get_feature_names_out().tolist()
        rule, layers = self.recipe.token_rule, network.dense_layers(model)
        served = Model(Artifact("fold", "0.0.0", self.corpus.labels, rule, terms, layers))
        known = np.array([answer.known for answer in served.classify_many(asked)])  # as a service would say
        return Answers(network.predict(model, features.matrix(vectorizer, asked)), known)


def fit(
    recipe: Recipe, corpus: Corpus, chosen: NDArray[np.intp], seed: int, on_epoch: Callable[[], None]
) -> tuple[Any, Any]:
    """The vectorizer and the Keras network of a recipe, fitted to the `chosen` sentences.

    Raises: VocabularyError when they have no term.
    """
    texts, answers = corpus.texts[chosen].tolist(), corpus.targets[chosen]
    levels = None if corpus.levels is None else corpus.levels[chosen]
    labels = len(corpus.labels)
    vectorizer = features.fit(recipe, texts)
    model = network.fit(
        recipe,
        features.matrix(vectorizer, texts),
        targets.soft(recipe, answers, levels, labels),
        targets.weights(answers, labels, recipe.class_weight_power),
        seed,
        on_epoch,
    )
    return vectorizer, model


def run(fits: Sequence[Fit], jobs: int, display: Display) -> list[Answers]:
    """The answers of every fit, in order, by `jobs` processes; with one, in this process.

    Raises: VocabularyError, as `fit`; WorkerError when a process is killed.
    """
    if jobs > 1 and len(fits) > 1:
        try:
            return _in_processes(fits, jobs, display)
        except BrokenProcessPool as error:
            raise WorkerError(jobs) from error
    answers = []
    for one in fits:
        display.stage(one.stage)
        answers.append(one.answers(display.advance))
    return answers


def _in_processes(fits: Sequence[Fit], jobs: int, display: Display) -> list[Answers]:
    context = multiprocessing.get_context("spawn")  # a forked TensorFlow hangs
    epochs = context.Value("L", 0)  # done by all processes
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(epochs,)) as pool:
        try:
            with ignored():  # the processes, born here, leave Ctrl-C to this one
                waiting = [pool.submit(_answers, one) for one in fits]
            return [_result(one.stage, future, epochs, display) for one, future in zip(fits, waiting, strict=True)]
        except BaseException:  # Ctrl-C too: what runs would take its time
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise


def _result(stage: str, future: Future[Answers], epochs: Any, display: Display) -> Answers:
    display.stage(stage)
    while not wait([future], POLL_S).done:
        display.completed(epochs.value)
    display.completed(epochs.value)
    return future.result()


_epochs: list[Any] = []
"""In a process of the pool: the counter that it was begun with."""


def _begin(epochs: Any) -> None:
    _epochs.append(epochs)


def _answers(one: Fit) -> Answers:
    (epochs,) = _epochs

    def on_epoch() -> None:
        with epochs.get_lock():
            epochs.value += 1

    return one.answers(on_epoch)
