"""Cross-validation of a request: its recipe on every split, and beside it what it is to be compared with.

What it is compared with and the learning curve are judged on the first split alone, whose folds they share
with ours: they take as long as ours does, and another split would tell nothing new of them.
Left out: the fitting (`trials`, `fits`), and what the numbers look like (`card`, `plots`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from textmodel import histogram
from textmodel.model import DIGITS

from . import calibrate, coverage
from .calibrate import Calibration
from .corpus import Corpus, Floats, Fold, folds, subset
from .coverage import Reached, Row
from .metrics import Estimate
from .progress import Display
from .request import SHARES, Request
from .scores import Scores, score
from .trials import OutOfFold, Trial, judge, logistic, majority


@dataclass(frozen=True)
class Curve:
    """The learning curve: training sentences, and what is reached with so many."""

    sizes: tuple[int, ...]
    accuracy: tuple[Estimate, ...]
    macro_f1: tuple[Estimate, ...]


@dataclass(frozen=True)
class Results:
    """All that cross-validation found out."""

    folds: int
    ours: Scores
    yardstick: Scores
    """Of what the request compares with, on the first split."""
    majority: Scores
    curve: Curve
    calibration: Calibration
    reliability: tuple[Row, ...]
    reached: tuple[Reached, ...]
    baseline: histogram.Histogram


def cross_validate(request: Request, corpus: Corpus, display: Display) -> Results:
    """Judge the recipe on every split of the request, and what it is compared with on the first."""
    splits = [(seed, folds(corpus, request.recipe.token_rule, request.folds, seed)) for seed in request.split_seeds]
    first, parts = splits[0]
    trials = [Trial("network", request.recipe, *split) for split in splits]
    trials += [Trial(f"network on {s:.1%}", request.recipe, first, _smaller(parts, corpus, s)) for s in SHARES]
    if request.yardstick:
        trials += [Trial("original network", request.yardstick, first, parts)]
    judged = judge(trials, corpus, request.seed, request.jobs, display)
    yardstick = judged.pop() if request.yardstick else logistic(request.recipe, corpus, first, parts, display)
    ours, smaller = judged[: len(splits)], judged[len(splits) :]
    calibration, reliability, reached = _trust(corpus, ours)
    return Results(
        folds=request.folds,
        ours=score(corpus, ours, request.seed),
        yardstick=score(corpus, [yardstick], request.seed),
        majority=score(corpus, [majority(corpus, *split) for split in splits], request.seed),
        curve=_curve(corpus, [*smaller, ours[0]]),
        calibration=calibration,
        reliability=reliability,
        reached=reached,
        baseline=baseline(corpus, calibrate.softmax(ours[0].logits, calibration.temperature), ours[0].known),
    )


def baseline(corpus: Corpus, probabilities: Floats, known: Floats) -> histogram.Histogram:
    """Out-of-fold answers, probabilities (B, L) and known shares (B,), as a service's log counts them."""
    best = [(row.index(max(row)), round(max(row), DIGITS)) for row in probabilities.tolist()]
    return histogram.of(
        (corpus.labels[label], score, share, len(text))
        for (label, score), share, text in zip(best, known.tolist(), corpus.texts.tolist(), strict=True)
    )


def _trust(corpus: Corpus, ours: Sequence[OutOfFold]) -> tuple[Calibration, tuple[Row, ...], tuple[Reached, ...]]:
    """How far the probabilities can be trusted: the temperature, the table of thresholds, and what targets keep."""
    logits, parts = [one.logits for one in ours], [one.parts for one in ours]
    calibration = calibrate.calibrate(logits, corpus.targets, parts)
    served = [calibrate.softmax(one, calibration.temperature) for one in logits]
    table = coverage.rows(served, corpus.targets)
    return calibration, table, coverage.reached(table, served, corpus.targets, parts)


def _curve(corpus: Corpus, judged: Sequence[OutOfFold]) -> Curve:
    """From the same folds with more and more sentences to fit to; of the smallest first."""
    scores = [score(corpus, [one], None) for one in judged]
    return Curve(
        sizes=tuple(round(sum(len(fold.fit_on) for fold in one.parts) / len(one.parts)) for one in judged),
        accuracy=tuple(one.accuracy for one in scores),
        macro_f1=tuple(one.macro_f1 for one in scores),
    )


def _smaller(parts: Sequence[Fold], corpus: Corpus, share: float) -> list[Fold]:
    return [Fold(subset(fold.fit_on, corpus.targets, share, seed=0), fold.judge_on) for fold in parts]
