"""What the Dockerfile copies reaches the engine: .dockerignore leaves out everything that it does not name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = re.findall(
    r"^COPY (?:--chmod=\S+ |--chown=\S+ )*(?!--)(\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE
)


@pytest.mark.parametrize("path", sorted(set(COPIED)))
def test_what_is_copied_is_let_in(path: str):
    """By a line of its own."""
    assert f"!{path}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_what_is_let_in_is_copied():
    """And nothing else, so that an image's context stays small."""
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(let_in) == sorted(set(COPIED))
