"""The command line, run as a person runs it."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from textmodel.command import Asked, predict
from textmodel.model import Model, load
from textmodel.prediction import Prediction
from textmodel.progress import Progress

REPOSITORY = Path(__file__).parents[2]


def run(artifacts: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "textmodel", "predict", "--artifacts", str(artifacts), *arguments]
    return subprocess.run(command, input=given, capture_output=True, cwd=REPOSITORY, check=False, timeout=60)


def expected_line(model: Model, text: str) -> dict[str, object]:
    return json.loads(json.dumps(model.classify(text)._asdict()))


def test_one_text_is_answered_on_one_line(pair: Any):
    """A text on the command line gives its prediction as one JSON object."""
    done = run(pair.root, "profit rose")
    assert json.loads(done.stdout) == expected_line(load(root=str(pair.root)), "profit rose")
    assert (done.returncode, done.stderr) == (0, b"")


def test_each_line_is_answered_in_order(pair: Any):
    """Lines in, objects out: as many, in order, empty ones and a last one without an end too."""
    done = run(pair.root, given="profit rose\r\n\nsales fell\nüber".encode())
    model = load(root=str(pair.root))
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        expected_line(model, text) for text in ("profit rose", "", "sales fell", "über")
    ]
    assert done.returncode == 0


def test_a_line_that_is_no_utf8_is_reported_in_its_place(pair: Any):
    """A broken line spoils no other; the exit code and a summary say that there was one."""
    done = run(pair.root, given=b"profit\n\xff\nsales\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[1] == {"error": {"line": 2, "detail": "expected UTF-8"}}
    assert [sorted(a) for a in (answers[0], answers[2])] == [sorted(Prediction._fields)] * 2
    assert done.stderr == b"textmodel: 1 of 3 lines are not UTF-8; each is reported in its place\n"
    assert done.returncode == 1


def test_a_target_reaches_every_line(pair: Any):
    """What --target asks for is what each answer is measured by, alone and as a line."""
    model = load(root=str(pair.root))
    for done in (run(pair.root, "--target", "0.7", "profit rose"), run(pair.root, "--target=.7", given=b"profit rose")):
        found = json.loads(done.stdout)
        assert (found["target"], found["coverage"]) == (0.7, 0.9)
        assert found["label"] == model.classify("profit rose").label


@pytest.mark.parametrize("target", ["0", "1", "1.5", "-0.5", "nan", "inf", "high", ""])
def test_a_target_that_is_none_is_told_in_a_line(pair: Any, target: str):
    """A target outside 0 to 1 ends the command with what was expected and found, and no traceback."""
    done = run(pair.root, f"--target={target}", "profit rose")
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"--target: expected an accuracy above 0 and below 1, as 0.9, found {target!r}" in done.stderr.decode()


def test_sentences_stand_beside_the_answer(pair: Any):
    """--sentences gives each sentence's answer with its place, for a text and for lines of standard input."""
    text = "Profit rose in the quarter. Net sales fell to EUR 13 mn."
    expected = [(0, 27), (28, 56)]
    for done in (run(pair.root, "--sentences", text), run(pair.root, "--sentences", given=text.encode())):
        found = json.loads(done.stdout)
        assert [(one["start"], one["end"]) for one in found["sentences"]] == expected
        assert found["scores"] == load(root=str(pair.root)).by_sentence(text).prediction.scores


class Reason(NamedTuple):
    text: str
    weight: float


class Explanation(NamedTuple):
    label: str
    reasons: list[Reason]


class Explaining(Model):
    """A model whose one reason is the text itself."""

    def explain(self, text: str) -> Explanation:  # type: ignore[override]
        return Explanation("up", [Reason(text, 0.5)])


def test_reasons_stand_beside_the_answer(pair: Any):
    """--explain gives each line's explanation as objects with names, and no line another's."""
    model, target = Explaining(load(root=str(pair.root)).artifact), io.BytesIO()
    progress = Progress(io.StringIO(), io.StringIO())
    assert predict(model, io.BytesIO(b"profit\n\xff\nsales\n"), target, progress, Asked(explain=True)) == 1
    first, broken, last = map(json.loads, target.getvalue().splitlines())
    assert first.pop("explanation") == {"label": "up", "reasons": [{"text": "profit", "weight": 0.5}]}
    assert last.pop("explanation") == {"label": "up", "reasons": [{"text": "sales", "weight": 0.5}]}
    assert (first, last) == (expected_line(model, "profit"), expected_line(model, "sales"))
    assert "error" in broken


def test_no_input_gives_no_output(pair: Any):
    """An empty file is answered by an empty file."""
    done = run(pair.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_missing_artifact_is_one_line_on_standard_error(tmp_path: Path):
    """Nothing can begin without an artifact: exit code 2, the file's name, no traceback."""
    done = run(tmp_path, "profit")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"ArtifactMissing" in done.stderr
    assert b"manifest.json" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [["profit rose"], []])
def test_a_full_disk_is_one_line_on_standard_error(pair: Any, arguments: list[str]):
    """Answers that cannot be written end the command with its own exit code, and without a traceback."""
    command = [sys.executable, "-m", "textmodel", "predict", "--artifacts", str(pair.root), *arguments]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command, input=b"sales\n", stdout=full, stderr=subprocess.PIPE, cwd=REPOSITORY, check=False, timeout=60
        )
    assert done.returncode == os.EX_IOERR
    assert done.stderr == b"textmodel: standard input or output: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_error(pair: Any):
    """`| head -1` ends the command without a message."""
    command = f"yes profit | head -100000 | {sys.executable} -m textmodel predict --artifacts {pair.root} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=REPOSITORY, check=False, timeout=60)
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


class OneByteAtATime(io.RawIOBase):
    """A source that never gives more than a byte."""

    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        piece = self._rest.read(1)
        buffer[: len(piece)] = piece
        return len(piece)


def test_lines_are_whole_however_the_bytes_arrive(pair: Any):
    """Byte by byte or at once, the same lines are answered."""
    content = "profit rose\n\nüber alles\nend".encode()
    outputs = []
    for source in (io.BufferedReader(OneByteAtATime(content)), io.BytesIO(content)):
        target = io.BytesIO()
        assert predict(load(root=str(pair.root)), source, target, Progress(io.StringIO(), io.StringIO())) == 0
        outputs.append(target.getvalue())
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"\n") == 4


def test_a_terminal_shows_progress(pair: Any, tmp_path: Path):
    """With a file as input and a terminal as standard error, a bar ends at 100 %."""
    lines = tmp_path / "lines.txt"
    lines.write_text("profit rose\n" * 1000)
    terminal, screen = pty.openpty()
    command = [sys.executable, "-m", "textmodel", "predict", "--artifacts", str(pair.root)]
    with lines.open("rb") as given:
        done = subprocess.run(
            command, stdin=given, stdout=subprocess.PIPE, stderr=screen, cwd=REPOSITORY, check=False, timeout=60
        )
    os.close(screen)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert done.stdout.count(b"\n") == 1000
    assert "100%  1,000 lines" in shown
