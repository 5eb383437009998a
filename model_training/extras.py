"""The files for people that are published with a network: its card and the card's plots.

Left out: the card's text (`card`) and the drawing (`plots`).
"""

from textmodel.artifact import Artifact

from . import card, plots
from .evaluate import Results
from .request import Prepared, Request


def files(request: Request, prepared: Prepared, artifact: Artifact, results: Results) -> dict[str, bytes]:
    """Each file's bytes by its name."""
    curve, unit = results.curve, request.task.unit
    return {
        "MODEL_CARD.md": card.card(request, prepared, artifact, results).encode(),
        card.CONFUSION: plots.confusion(results.ours.confusion, artifact.labels, len(results.ours.split_seeds)),
        card.CURVE: plots.learning_curve(curve.sizes, {"accuracy": curve.accuracy, "macro-F1": curve.macro_f1}, unit),
        card.RELIABILITY: plots.reliability(results.calibration, unit),
        card.COVERAGE: plots.coverage(results.reliability, results.reached, unit),
    }
