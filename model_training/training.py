"""One training run from what was read to the published pair: judge, compare, fit, check, write.

Nothing below the root changes before everything is computed and checked, but for the run log, which tells of
every run that was judged. Left out: reading the file (`request`), arguments and exit codes (`__main__`), and
each step itself, which has its own module.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from textmodel import Model
from textmodel.artifact import Artifact
from textmodel.doubts import MOST_WORDS
from textmodel.publish import publish

from . import about as manifest
from . import corpus, export, extras, features, fits, network, replacing, runlog
from .checks import Check
from .corpus import Corpus
from .errors import KeptError, TrainingError
from .evaluate import Results, cross_validate
from .progress import Display
from .request import Prepared, Request
from .runlog import Run
from .scripts import shortest
from .tasks import GOLDENS, goldens_of


@dataclass(frozen=True)
class Outcome:
    """What a run has made."""

    model: Model
    results: Results
    parity: float
    """The largest difference to Keras's own probabilities, over all sentences used."""


def train(
    request: Request,
    prepared: Prepared,
    display: Display,
    publishing: AbstractContextManager[None] | None = None,
    checks: Mapping[str, Check] | None = None,
) -> Outcome:
    """Cross-validate, compare, fit to everything, check and publish; `publishing` is entered for the last step.

    Raises: KeptError when the artifact in place is better; ParityError, or what a check raises; OSError when
    the disk refuses. In each case the old pair is still there.
    """
    sentences = corpus.of(prepared)
    results = cross_validate(request, sentences, display)
    try:
        if not request.replace:
            measures = {"accuracy": results.ours.accuracy, "macro_f1": results.ours.macro_f1}
            replacing.check_better(prepared.before, measures)
        outcome = _publish(request, prepared, sentences, results, display, publishing or nullcontext(), checks or {})
    except KeptError as error:
        _log(request, prepared, results, display, f"kept: {error.reason}")
        raise
    except TrainingError as error:
        _log(request, prepared, results, display, f"failed: {error}")
        raise
    _log(request, prepared, results, display, f"published {outcome.model.name}")
    return outcome


def _publish(
    request: Request,
    prepared: Prepared,
    sentences: Corpus,
    results: Results,
    display: Display,
    publishing: AbstractContextManager[None],
    checks: Mapping[str, Check],
) -> Outcome:
    display.stage("final network, on all sentences")
    everything = np.arange(len(sentences.targets))
    vectorizer, fitted = fits.fit(request.recipe, sentences, everything, request.seed, display.advance)
    artifact = _artifact(request, prepared, results, vectorizer.get_feature_names_out().tolist(), fitted)
    texts = sentences.texts.tolist()
    logits = network.predict(fitted, features.matrix(vectorizer, texts))
    parity = export.check_parity(Model(artifact), texts, logits)
    passed = {name: check(Model(artifact)) for name, check in checks.items()}
    artifact = artifact._replace(about={**artifact.about, "metrics": {**artifact.about["metrics"], **passed}})
    files = extras.files(request, prepared, artifact, results)
    with publishing:
        goldens = goldens_of(artifact.terms) if request.columns else GOLDENS
        model = publish(request.root, artifact, goldens, files)
        export.save_build(request.root, artifact.task, fitted, vectorizer)
    return Outcome(model, results, parity)


def _artifact(request: Request, prepared: Prepared, results: Results, terms: list[str], fitted: Any) -> Artifact:
    artifact = Artifact(
        task=request.task.name,
        version=request.version or "",
        labels=prepared.dataset.labels,
        token_rule=request.recipe.token_rule,
        terms=terms,
        layers=network.dense_layers(fitted),
        temperature=results.calibration.temperature,
        language=request.task.language,
        reliability=results.reliability,
        baseline=results.baseline,
        min_words=shortest(prepared.dataset.texts) if request.columns else MOST_WORDS,
        about=manifest.about(request, prepared, results),
    )
    if request.version is None:
        artifact = artifact._replace(version=export.next_version(prepared.before, artifact))
    return artifact


def _log(request: Request, prepared: Prepared, results: Results, display: Display, outcome: str) -> None:
    agreed = prepared.agreement
    run = Run(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        outcome=outcome,
        data_sha256=prepared.dataset.sha256,
        agreement_lists=len(agreed.lists) if agreed else 0,
        folds=request.folds,
        split_seeds=list(request.split_seeds),
        seed=request.seed,
        recipe=asdict(request.recipe),
        metrics=manifest.headline(results),
        seconds=round(display.elapsed_s(), 1),
        left_out=prepared.dataset.table.left_out if prepared.dataset.table else 0,
    )
    runlog.append(runlog.path_of(request.root, request.task.name), run)
