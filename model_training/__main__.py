"""The command line: `python -m model_training sentiment --data all-data.csv`.

Exit codes: 0 published, 2 the data or an argument is at fault, 1 the disk or the export is, 130 Ctrl-C;
each but 0 with one line on stderr, and with the artifact in place untouched. Left out: the work (`training`).
"""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from textmodel import ArtifactError
from textmodel.model import ROOT
from textmodel.tokens import RULES

from .errors import DataError, ParityError, RequestError, VocabularyError
from .recipes import SENTIMENT
from .request import Request, prepare, with_epochs
from .tasks import TASKS, Task, custom


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as `arguments` (default: the command's own) say, and give the exit code."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except (DataError, RequestError, VocabularyError) as error:
        return _fail(str(error), 2)
    except (ParityError, ArtifactError) as error:
        return _fail(str(error), 1)
    except OSError as error:
        return _fail(f"{error.filename or options.out}: cannot be written: {error.strerror or error}", 1)
    except KeyboardInterrupt:
        return _fail("interrupted: nothing was changed", 130)
    return 0


def _run(options: argparse.Namespace) -> None:
    request = Request(
        task=_task(options.task, options.labels),
        data_path=options.data,
        root=options.out,
        recipe=replace(SENTIMENT, token_rule=options.token_rule),
        folds=options.folds,
        seed=options.seed,
        version=options.version,
    )
    if options.epochs:
        request = with_epochs(request, options.epochs)
    prepared = prepare(request)
    from . import report, training  # scikit-learn and Matplotlib take seconds to import: once the file is read
    from .progress import Display

    for name, line in report.summary(prepared.dataset, prepared.agreement).items():
        print(f"{name:>15}  {line}", flush=True)
    with Display(request.epochs()) as display:
        outcome = training.train(request, prepared, display, _interrupts_ignored())
    print()
    print(report.comparison(outcome.results))
    print()
    print(f"{outcome.model.name} is in {os.path.join(options.out, 'saved_model', request.task.name)}, "
          f"at most {outcome.parity:.0e} from Keras's probabilities")  # fmt: skip


def _task(name: str, labels: str | None) -> Task:
    """The task known by this name, or one made from the labels given.

    Raises: RequestError.
    """
    if not name.isidentifier():
        raise RequestError("task", "a name of letters, digits and underscores", repr(name[:40]))
    known = TASKS.get(name)
    if labels is None:
        if known is None:
            raise RequestError("--labels", f"the labels of {name!r}, such as --labels no,yes", "none")
        return known
    names = tuple(label.strip() for label in labels.split(","))
    if len(names) < 2 or len(set(names)) < len(names) or not all(names):
        raise RequestError("--labels", "two or more different labels with commas between", repr(labels[:40]))
    return replace(known, labels=names) if known else custom(name, names)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m model_training", description="Train and publish a classifier of texts.")
    parser.add_argument("task", help=f"known: {', '.join(TASKS)}; any other name needs --labels")
    parser.add_argument("--data", required=True, metavar="FILE", help="label,text a record, no header")
    parser.add_argument("--labels", metavar="A,B,...", help="the labels, in the order of their probabilities")
    parser.add_argument("--token-rule", type=int, default=1, choices=sorted(RULES), help="of textmodel (default 1)")
    parser.add_argument("--folds", type=_at_least(2), default=5, help="of the cross-validation (default 5)")
    parser.add_argument("--epochs", type=_at_least(1), help="instead of the recipe's, for a quick look")
    parser.add_argument("--seed", type=_at_least(0), default=0, help="of everything random (default 0)")
    parser.add_argument("--version", help="of the artifact (default: the one in place, its minor number raised)")
    parser.add_argument("--out", default=ROOT, metavar="ROOT", help="where saved_model/ and vectorizer/ are")
    return parser


class _at_least:  # noqa: N801  # argparse names a type by its class in messages
    def __init__(self, lowest: int) -> None:
        self._lowest = lowest

    def __call__(self, text: str) -> int:
        number = int(text)
        if number < self._lowest:
            raise argparse.ArgumentTypeError(f"expected {self._lowest} or more, found {number}")
        return number


def _fail(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C comes too late while the pair is put in place, which takes less than a second."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(main())
