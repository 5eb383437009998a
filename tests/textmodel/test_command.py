"""The command line, run as a person runs it."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

from textmodel.command import predict
from textmodel.model import Model, load
from textmodel.progress import Progress

REPOSITORY = Path(__file__).parents[2]


def run(artifacts: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "textmodel", "predict", "--artifacts", str(artifacts), *arguments]
    return subprocess.run(command, input=given, capture_output=True, cwd=REPOSITORY, check=False, timeout=60)


def expected_line(model: Model, text: str) -> dict[str, object]:
    return model.classify(text)._asdict()


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
    assert [sorted(a) for a in (answers[0], answers[2])] == [["label", "model", "score", "scores"]] * 2
    assert done.stderr == b"textmodel: 1 of 3 lines are not UTF-8; each is reported in its place\n"
    assert done.returncode == 1


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
