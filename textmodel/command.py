"""The command line: lines of text in, one JSON object per line out, in the same order.

    python -m textmodel predict < headlines.txt > predictions.jsonl
    python -m textmodel drift server.log                             see `drift`

A line that is no UTF-8 gives an object with its number and the error; the exit code is then 1.
Left out: files of other formats.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .drift import command as drift
from .errors import ArtifactError
from .model import ROOT, Model, load
from .progress import Progress
from .reliability import DEFAULT_TARGET

_BLOCK_BYTES = 1 << 16


class Asked(NamedTuple):
    """What is to be told of each text besides its label."""

    target: float = DEFAULT_TARGET
    explain: bool = False
    sentences: bool = False


_USUAL = Asked()


def main(argv: list[str]) -> int:
    """The sub-command's exit code; of `predict` 0 when every line has an answer, 1 when not, 2 without a model.

    74 (EX_IOERR) when standard input cannot be read or standard output cannot be written.
    """
    arguments = _parser().parse_args(argv)
    try:
        return _flushed(arguments.run(arguments))
    except BrokenPipeError:  # the reader has seen enough, as with `| head`
        _drop_output()
        return 0
    except OSError as error:  # as with a full disk
        _drop_output()
        print(f"textmodel: standard input or output: {error.strerror}", file=sys.stderr)
        return os.EX_IOERR
    except KeyboardInterrupt:
        return 130


def _drop_output() -> None:
    """Python flushes at its end; what is left then goes nowhere, without a message."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _flushed(code: int) -> int:
    sys.stdout.flush()  # here, where a reader that has gone is expected
    return code


def _predict(arguments: argparse.Namespace) -> int:
    try:
        model = load(arguments.task, arguments.artifacts)
    except ArtifactError as error:
        print(f"textmodel: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    asked = Asked(arguments.target, arguments.explain, arguments.sentences)
    if arguments.text is not None:
        print(_json(_answer(model, arguments.text, asked)))
        return 0
    return predict(model, sys.stdin.buffer, sys.stdout.buffer, Progress(sys.stdin, sys.stderr), asked)


def predict(model: Model, source: BinaryIO, target: BinaryIO, progress: Progress, asked: Asked = _USUAL) -> int:
    """Answer every line of `source` on `target` as soon as it is there; 1 if one was no UTF-8."""
    number, failed = 0, 0
    for lines, size_bytes in _blocks(source):
        answers, bad = _answers(model, lines, number + 1, asked)
        target.write(answers)
        target.flush()
        number, failed = number + len(lines), failed + bad
        progress.advance(len(lines), size_bytes)
    progress.finish()
    if failed:
        print(f"textmodel: {failed} of {number} lines are not UTF-8; each is reported in its place", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m textmodel", description="Tells the tone of a text.")
    commands = parser.add_subparsers(required=True)
    drift.register(commands)
    command = commands.add_parser("predict", help="classify one text, or each line of standard input")
    command.set_defaults(run=_predict)
    command.add_argument("text", nargs="?", help="a text; without it, lines are read from standard input")
    wanted = "accuracy that an answer must have to be called reliable (default: %(default)s)"
    command.add_argument("--target", type=_target, default=DEFAULT_TARGET, help=wanted)
    command.add_argument("--explain", action="store_true", help="tell what spoke for and against the label")
    command.add_argument("--sentences", action="store_true", help="answer each sentence too, the text as their mean")
    command.add_argument("--task", default="sentiment", help="which artifact pair (default: %(default)s)")
    command.add_argument("--artifacts", default=ROOT, help="the folder that holds vectorizer/ and saved_model/")
    return parser


def _target(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"expected an accuracy above 0 and below 1, as 0.9, found {text!r}")
    return value


def _blocks(source: BinaryIO) -> Iterator[tuple[list[bytes], int]]:
    """Whole lines as they arrive, with the bytes read for them: many from a file, one from a keyboard."""
    begun: list[bytes] = []  # pieces of a line whose end has not come
    size_bytes = 0
    while block := source.read1(_BLOCK_BYTES):  # type: ignore[attr-defined]  # buffered readers have it
        size_bytes += len(block)
        whole, newline, rest = block.rpartition(b"\n")
        if newline:
            yield b"".join((*begun, whole)).split(b"\n"), size_bytes
            begun, size_bytes = [], 0
        begun.append(rest)
    if any(begun):
        yield [b"".join(begun)], size_bytes


def _answers(model: Model, lines: list[bytes], first: int, asked: Asked) -> tuple[bytes, int]:
    """One JSON line for each line, and how many of them are errors; `first` is the first one's number."""
    texts = [_decoded(line) for line in lines]
    answers = iter(_many(model, [text for text in texts if text is not None], asked))
    objects = [_not_utf8(first + index) if text is None else next(answers) for index, text in enumerate(texts)]
    return "".join(f"{_json(item)}\n" for item in objects).encode(), texts.count(None)


def _many(model: Model, texts: list[str], asked: Asked) -> list[dict[str, object]]:
    if asked.explain or asked.sentences:
        return [_answer(model, text, asked) for text in texts]
    return [prediction._asdict() for prediction in model.classify_many(texts, asked.target)]


def _answer(model: Model, text: str, asked: Asked) -> dict[str, object]:
    """One text's answer as over HTTP."""
    more: dict[str, object] = {}
    if asked.sentences:
        prediction, sentences = model.by_sentence(text, asked.target)
        more["sentences"] = [sentence._asdict() for sentence in sentences]
    else:
        prediction = model.classify(text, asked.target)
    if asked.explain:
        explanation = model.explain(text)
        more["explanation"] = {**explanation._asdict(), "reasons": [reason._asdict() for reason in explanation.reasons]}
    return prediction._asdict() | more


def _json(item: dict[str, object]) -> str:
    return json.dumps(item, separators=(",", ":"))


def _decoded(line: bytes) -> str | None:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        return None


def _not_utf8(number: int) -> dict[str, object]:
    return {"error": {"line": number, "detail": "expected UTF-8"}}
