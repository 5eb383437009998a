"""The arguments of the command line, and the request that they make.

Left out: what is done with it (`__main__`).
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace

from textmodel.model import ROOT
from textmodel.tokens import RULES

from .errors import RequestError
from .recipes import SENTIMENT
from .request import Request, with_epochs
from .tasks import TASKS, Task, custom

COMMANDS = ("runs", "ablate")
"""Words in the place of a task's name that ask for something else than training."""


def training() -> argparse.ArgumentParser:
    """Of `python -m model_training sentiment`."""
    parser = argparse.ArgumentParser(
        "python -m model_training",
        description="Train and publish a classifier of texts.",
        epilog=f"Also: python -m model_training {{{','.join(COMMANDS)}}} --help",
    )
    _judging(parser)
    parser.add_argument("--version", help="of the artifact (default: the one in place, its minor number raised)")
    parser.add_argument("--replace", action="store_true", help="also a better artifact, or one of other data")
    parser.add_argument("--without-behaviour", action="store_true", help="publish whatever the behaviour suite says")
    _root(parser)
    return parser


def ablating() -> argparse.ArgumentParser:
    """Of `python -m model_training ablate`."""
    parser = argparse.ArgumentParser(
        "python -m model_training ablate", description="Judge the recipe without each part of its token rule in turn."
    )
    _judging(parser)
    return parser


def comparing() -> argparse.ArgumentParser:
    """Of `python -m model_training runs`."""
    parser = argparse.ArgumentParser("python -m model_training runs", description="Compare the runs of a task.")
    parser.add_argument("task", nargs="?", default="sentiment", help="(default sentiment)")
    parser.add_argument("--plot", metavar="FILE.png", help="also draw them")
    _root(parser)
    return parser


def request(options: argparse.Namespace) -> Request:
    """What `options`, of `training` or `ablating`, ask for.

    Raises: RequestError.
    """
    asked = Request(
        task=_task(options.task, options.labels),
        data_path=options.data,
        root=getattr(options, "out", ROOT),
        recipe=replace(SENTIMENT, token_rule=options.token_rule),
        folds=options.folds,
        split_seeds=options.split_seeds,
        seed=options.seed,
        version=getattr(options, "version", None),
        jobs=options.jobs,
        replace=getattr(options, "replace", False),
    )
    return with_epochs(asked, options.epochs) if options.epochs else asked


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", help=f"known: {', '.join(TASKS)}; any other name needs --labels")
    parser.add_argument("--data", required=True, metavar="FILE", help="label,text a record, no header")
    parser.add_argument("--labels", metavar="A,B,...", help="the labels, in the order of their probabilities")
    rule = SENTIMENT.token_rule
    parser.add_argument("--token-rule", type=int, default=rule, choices=sorted(RULES), help=f"(default {rule})")
    parser.add_argument("--folds", type=_at_least(2), default=5, help="of the cross-validation (default 5)")
    parser.add_argument("--split-seeds", type=_seeds, default=(0, 1, 2), metavar="A,B,...", help="(default 0,1,2)")
    parser.add_argument("--epochs", type=_at_least(1), help="instead of the recipe's, for a quick look")
    parser.add_argument("--seed", type=_at_least(0), default=0, help="of the networks (default 0)")
    cores = os.cpu_count() or 1
    parser.add_argument("--jobs", type=_at_least(1), default=cores, help=f"networks fitted at once (default {cores})")


def _root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default=ROOT, metavar="ROOT", help="where saved_model/, vectorizer/ and runs/ are")


def _task(name: str, labels: str | None) -> Task:
    """The task known by this name, or one made from the labels given."""
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


class _at_least:  # noqa: N801  # argparse names a type by its class in messages
    def __init__(self, lowest: int) -> None:
        self._lowest = lowest

    def __call__(self, text: str) -> int:
        number = int(text)
        if number < self._lowest:
            raise argparse.ArgumentTypeError(f"expected {self._lowest} or more, found {number}")
        return number


def _seeds(text: str) -> tuple[int, ...]:
    seeds: Sequence[int] = [int(part) for part in text.split(",") if part.strip().isdecimal()]
    if len(seeds) != text.count(",") + 1 or len(set(seeds)) < len(seeds):
        raise argparse.ArgumentTypeError(f"expected different whole numbers with commas between, found {text[:40]!r}")
    return tuple(seeds)
