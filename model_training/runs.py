"""`python -m model_training runs`: the runs of a task side by side, as a table and as a plot.

Of the recipe only what differs between runs is shown. Left out: the log itself (`runlog`).
"""

from collections.abc import Sequence
from typing import Any

from .runlog import Run


def table(runs: Sequence[Run]) -> str:
    """One row a run, oldest first; then what its recipe has otherwise than the run before."""
    lines = [f"{'':>3}  {'date':<16}  {'accuracy':>13}  {'macro-F1':>13}  {'ECE':>5}  {'time':>6}  outcome"]
    for number, run in enumerate(runs, 1):
        lines.append(_row(number, run))
        if number > 1 and (changes := differences(runs[number - 2], run)):
            lines.append(f"{'':>5}{', '.join(changes)}")
    return "\n".join(lines)


def differences(before: Run, after: Run) -> list[str]:
    """What the later of two runs has otherwise: data, splits and recipe, by name and value."""
    old, new = _settings(before), _settings(after)
    return [f"{name} {new.get(name)}" for name in {**old, **new} if old.get(name) != new.get(name)]


def _settings(run: Run) -> dict[str, Any]:
    return {
        "data": run.data_sha256[:12],
        "agreement lists": run.agreement_lists,
        "folds": run.folds,
        "splits": len(run.split_seeds),
        "seed": run.seed,
        **run.recipe,
    }


def _row(number: int, run: Run) -> str:
    measures = [_mean(run, name) for name in ("accuracy", "macro_f1")]
    ece = f"{run.metrics['ece']:.3f}" if "ece" in run.metrics else ""
    return (
        f"{number:>3}  {run.date[:16].replace('T', ' '):<16}  {measures[0]:>13}  {measures[1]:>13}  {ece:>5}  "
        f"{run.seconds / 60:>4.1f} m  {run.outcome}"
    )


def _mean(run: Run, name: str) -> str:
    return f"{run.metrics[name]:.3f} ± {run.metrics.get(f'{name}_se', 0.0):.3f}"
