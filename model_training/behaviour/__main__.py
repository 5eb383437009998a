"""The command line: `python -m model_training.behaviour` asks the artifact in place every case of its suite.

Exit codes: 0 every group holds its floor, 1 one is below, 2 the artifact, the suite or an argument is at fault.
Left out: training, which does the same before it exports.
"""

import argparse
import sys
from collections.abc import Sequence

from textmodel import ArtifactError
from textmodel import load as load_model
from textmodel.model import ROOT

from ..errors import DataError, RequestError
from . import suite
from .report import Classifier, run
from .table import failures, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of the artifact that `arguments` (default: the command's own) name; give the exit code."""
    options = _parser().parse_args(arguments)
    try:
        cases = suite.load(options.task)
        return show(load_model(options.task, options.artifacts), cases, with_failures=options.failures)
    except (ArtifactError, DataError, RequestError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def show(model: Classifier, cases: suite.Suite, *, with_failures: bool) -> int:
    """Print the table of a model, after its failed cases if asked for; give the exit code."""
    report = run(model, cases)
    if with_failures and (failed := failures(report)):
        print(failed.lstrip("\n"), end="\n\n")
    print(table(report))
    if not report.below:
        return 0
    names = ", ".join(result.group.name for result in report.below)
    print(f"error: below the floor: {names}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m model_training.behaviour", description="Test a model's behaviour.")
    parser.add_argument("--task", default="sentiment", help=f"with a suite: {', '.join(suite.tasks())}")
    parser.add_argument("--artifacts", default=ROOT, metavar="ROOT", help="where saved_model/ and vectorizer/ are")
    parser.add_argument("--failures", action="store_true", help="show each failed case with its answer")
    return parser


if __name__ == "__main__":
    sys.exit(main())
