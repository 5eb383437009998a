"""The arguments of `python -m textmodel drift LOG...`: do the answers in logs still look like those of training?

Left out: everything that happens then (`run`), which is imported when it does, so that `predict` need not wait.
"""

import argparse

from ..model import ROOT

_EPILOG = """\
Logs are the server's lines, CloudWatch's exports, and what `aws logs` prints; plain or gzip.
Exit codes: 0 stable or some shift; 3 shift; 1 no shift, but lines were broken and skipped;
2 nothing to compare (bad arguments, no baseline, no answers of the model or too few)."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `drift` to the command line; what is parsed names its function as `run`."""
    parser = commands.add_parser(
        "drift",
        help="compare the answers in logs with those that the model was judged on",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("logs", nargs="*", default=["-"], metavar="LOG", help="a file or folder; - or none: stdin")
    parser.add_argument("--task", default="sentiment", help="which artifact pair (default: %(default)s)")
    parser.add_argument("--artifacts", default=ROOT, help="the folder that holds vectorizer/ and saved_model/")
    parser.add_argument("--model", help="whose answers to compare, as their lines name it (default: the artifact's)")
    parser.add_argument("--plot", metavar="FILE.svg", help="draw baseline and live shares")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from .run import run

    return run(arguments)
