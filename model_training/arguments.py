"""The arguments of the command line, and the request that they make.

Left out: what is done with it (`__main__`).
"""

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from textmodel.model import ROOT
from textmodel.tokens import RULES

from .errors import RequestError
from .labels import LONGEST
from .recipes import SENTIMENT, general
from .request import FEW, Request, with_epochs
from .table import Columns
from .tasks import TASKS, own

COMMANDS = ("runs", "ablate")
"""Words in the place of a task's name that ask for something else than training."""
_OF_COLUMNS = ("language", "licence", "encoding", "max-empty", "min-per-label")
_FORMATS = "CSV, TSV, JSON lines (each also .gz) or Parquet"
_name = re.compile(r"[a-z][a-z0-9_-]{0,39}").fullmatch
_language = re.compile(r"(?:[a-z]{2,3})?").fullmatch


def training() -> argparse.ArgumentParser:
    """Of `python -m model_training TASK`."""
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
    shared = {
        "data_path": options.data,
        "root": getattr(options, "out", ROOT),
        "folds": options.folds,
        "seed": options.seed,
        "version": getattr(options, "version", None),
        "jobs": options.jobs,
        "replace": getattr(options, "replace", False),
    }
    _check_name(options.task)
    if options.text is None and options.label is None:
        return _published(options, shared)
    return _own(options, shared)


def _published(options: argparse.Namespace, shared: Mapping[str, Any]) -> Request:
    """Of a data file in the form of the published release."""
    for name in _OF_COLUMNS:
        if getattr(options, name.replace("-", "_")) is not None:
            raise RequestError(f"--{name}", "--text and --label beside it, which name columns", "neither")
    task = TASKS.get(options.task)
    if task is None:
        expected = f"the names of the columns that hold the texts and the labels of {options.task!r}"
        raise RequestError("--text and --label", expected, "none")
    seeds, rule = options.split_seeds or (0, 1, 2), options.token_rule or SENTIMENT.token_rule
    asked = Request(task=task, recipe=replace(SENTIMENT, token_rule=rule), split_seeds=seeds, **shared)
    return with_epochs(asked, options.epochs) if options.epochs else asked


def _own(options: argparse.Namespace, shared: Mapping[str, Any]) -> Request:
    """Of one's own classes, in two columns of a file."""
    if not options.text or not options.label or options.text == options.label:
        found = f"{options.text or 'none'!r} and {options.label or 'none'!r}"
        raise RequestError("--text and --label", "the names of two columns", found)
    if options.min_per_label is not None and options.min_per_label < options.folds:
        raise RequestError("--min-per-label", f"{options.folds} or more, one for each fold", str(options.min_per_label))
    licence = options.licence or ""
    if not licence.isprintable() or len(licence) > LONGEST:
        raise RequestError("--licence", f"up to {LONGEST} characters on one line", repr(licence[:40]))
    language = options.language or ""
    if not _language(language):
        raise RequestError("--language", "two or three small letters, as in ISO 639: en, de, hin", repr(language[:40]))
    file = os.path.basename(options.data)
    task = own(options.task, file, options.text, options.label, language, licence)
    usual = Columns(options.text, options.label)
    columns = replace(
        usual,
        encoding=options.encoding or usual.encoding,
        max_empty=usual.max_empty if options.max_empty is None else options.max_empty,
        min_per_label=options.min_per_label or usual.min_per_label,
    )
    over = {name: value for name in ("token_rule", "epochs") if (value := getattr(options, name))}
    seeds = options.split_seeds or ()
    return Request(task=task, columns=columns, yardstick=None, split_seeds=seeds, over=over, **shared)


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", help="sentiment, or any name for classes of your own")
    parser.add_argument("--data", required=True, metavar="FILE", help=f"{_FORMATS}; without --text, the published file")
    _columns(parser.add_argument_group("your own classes, in two columns of a file"))
    rules = f"(default {SENTIMENT.token_rule} for the published release, {general(0, 2).token_rule} for columns)"
    parser.add_argument("--token-rule", type=int, choices=sorted(RULES), help=rules)
    parser.add_argument("--folds", type=_at_least(2), default=5, help="of the cross-validation (default 5)")
    splits = f"(default 0,1,2; for columns with {FEW:,} texts or more 0)"
    parser.add_argument("--split-seeds", type=_seeds, metavar="A,B,...", help=splits)
    parser.add_argument("--epochs", type=_at_least(1), help="instead of the recipe's, for a quick look")
    parser.add_argument("--seed", type=_at_least(0), default=0, help="of the networks (default 0)")
    cores = os.cpu_count() or 1
    parser.add_argument("--jobs", type=_at_least(1), default=cores, help=f"networks fitted at once (default {cores})")


def _columns(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--text", metavar="COLUMN", help="the column of the texts")
    group.add_argument("--label", metavar="COLUMN", help="the column of the labels, 2 to 200 different ones")
    group.add_argument(
        "--language", metavar="CODE", help="of the texts, as in ISO 639; en adds the warning not-english"
    )
    group.add_argument("--licence", metavar="TEXT", help="of the data, for the model card and GET /model")
    group.add_argument("--encoding", metavar="NAME", help="of the file (default utf-8)")
    share = "of rows that may lack text or label, and are left out (default 0.01)"
    group.add_argument("--max-empty", type=_share, metavar="SHARE", help=share)
    rare = "leave out labels with fewer rows (default: refuse those with too few to be judged)"
    group.add_argument("--min-per-label", type=_at_least(2), metavar="N", help=rare)


def _root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default=ROOT, metavar="ROOT", help="where saved_model/, vectorizer/ and runs/ are")


def _check_name(name: str) -> None:
    """Raises: RequestError unless the name fits a folder, an address and a model's name."""
    if not _name(name):
        expected = "a name of small letters, digits, _ and -, up to 40, that begins with a letter"
        raise RequestError("task", expected, repr(name[:60]))


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"expected a share from 0 to 1, found {text[:40]!r}")
    return share


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
