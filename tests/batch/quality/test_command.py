"""`translation-quality` as a person calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from batch.commands import quality

Called = Callable[..., Result]


@pytest.fixture
def called(shipped: Path) -> Called:
    """A function: arguments to what the command does with a small artifact."""
    app = typer.Typer()
    app.command()(quality.command)
    return lambda *arguments: CliRunner().invoke(app, ["--artifacts", str(shipped), "--task", "sentiment", *arguments])


def test_json(called: Called):
    """Two engines are two blocks of rows; both yardsticks have their figures."""
    found = called("--json", "--engines", "none", "--engines", "none,en=auto")
    assert found.exit_code == 0
    rows = json.loads(found.stdout)
    assert [row["language"] for row in rows] == ["es", "fr", "pt", "it", "ca", "de", "en"] * 2
    assert [row["engine"] for row in rows][6:14:7] == ["none", "identity:en"]
    assert {name for row in rows for name in row["recall"]} == {"sentiment-1.0.0", "word list"}


def test_a_table(called: Called):
    """For a person."""
    found = called("--engines", "none")
    assert found.exit_code == 0
    assert "Macro recall by word list" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engines", "bing"], "'bing' is none; expected auto"),
        (["--file", "none.tsv"], "none.tsv: expected a file"),
        (["--task", "none"], "none"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(called: Called, arguments: list[str], message: str):
    """Exit code 2, and no traceback."""
    found = called(*arguments)
    assert found.exit_code == 2
    assert message in found.stderr
    assert found.stderr.count("\n") == 1


def test_other_labels(called: Called, tmp_path: Path):
    """An artifact that does not have a file's labels cannot measure them."""
    file = tmp_path / "a.csv"
    file.write_text("language,label,text\nes,happy,Muy bueno\n")
    found = called("--file", str(file), "--engines", "none")
    assert found.exit_code == 2
    assert "expected those of sentiment-1.0.0" in found.stderr
