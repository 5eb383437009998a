"""The command line: lines of text in, one JSON object per line out, in the same order.

    python -m textmodel predict < headlines.txt > predictions.jsonl

A line that is no UTF-8 gives an object with its number and the error; the exit code is then 1.
Left out: files of other formats.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

from .errors import ArtifactError
from .model import ROOT, Model, load
from .progress import Progress

_BLOCK_BYTES = 1 << 16


def main(argv: list[str]) -> int:
    """Exit code 0 when every line has an answer, 1 when one has not, 2 when nothing could begin."""
    arguments = _parser().parse_args(argv)
    try:
        model = load(arguments.task, arguments.artifacts)
    except ArtifactError as error:
        print(f"textmodel: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    try:
        if arguments.text is not None:
            print(_json(model.classify(arguments.text)._asdict()))
            return 0
        return predict(model, sys.stdin.buffer, sys.stdout.buffer, Progress(sys.stdin, sys.stderr))
    except BrokenPipeError:  # the reader has seen enough, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def predict(model: Model, source: BinaryIO, target: BinaryIO, progress: Progress) -> int:
    """Answer every line of `source` on `target` as soon as it is there; 1 if one was no UTF-8."""
    number, failed = 0, 0
    for lines, size_bytes in _blocks(source):
        answers, bad = _answers(model, lines, number + 1)
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
    command = parser.add_subparsers(required=True).add_parser(
        "predict", help="classify one text, or each line of standard input"
    )
    command.add_argument("text", nargs="?", help="a text; without it, lines are read from standard input")
    command.add_argument("--task", default="sentiment", help="which artifact pair (default: %(default)s)")
    command.add_argument("--artifacts", default=ROOT, help="the folder that holds vectorizer/ and saved_model/")
    return parser


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


def _answers(model: Model, lines: list[bytes], first: int) -> tuple[bytes, int]:
    """One JSON line for each line, and how many of them are errors; `first` is the first one's number."""
    texts = [_decoded(line) for line in lines]
    predictions = iter(model.classify_many([text for text in texts if text is not None]))
    objects = [
        _not_utf8(first + index) if text is None else next(predictions)._asdict() for index, text in enumerate(texts)
    ]
    return "".join(f"{_json(item)}\n" for item in objects).encode(), texts.count(None)


def _json(item: dict[str, object]) -> str:
    return json.dumps(item, separators=(",", ":"))


def _decoded(line: bytes) -> str | None:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        return None


def _not_utf8(number: int) -> dict[str, object]:
    return {"error": {"line": number, "detail": "expected UTF-8"}}
