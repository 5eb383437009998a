"""docs/reviews.md tells what the code does: every reason, option and exit code."""

import re
from pathlib import Path

import typer.main

from batch import codes, settings
from batch.commands.app import app
from batch.pipeline import REASONS

PAGE = (Path(__file__).parents[2] / "docs/reviews.md").read_text(encoding="utf-8")


def test_every_reason_is_told():
    """By its code."""
    rows = " ".join(re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|", PAGE, re.MULTILINE))
    told = re.findall(r"`([a-z-]+)`", rows)
    assert [reason for reason in REASONS if reason not in told] == []


def test_every_option_is_told():
    """Of the run."""
    run = typer.main.get_command(app).commands["run"]  # type: ignore[attr-defined]
    options = [name for parameter in run.params for name in parameter.opts]
    assert [option for option in options if f"`{option}`" not in PAGE and option != "--help"] == []


def test_the_defaults_are_told():
    """As they are."""
    assert f"`{','.join(settings.LANGUAGES)}`" in PAGE
    assert f"{settings.CHUNK_ROWS} rows" in PAGE
    assert f"{settings.CHUNK_CHARACTERS:,} characters" in PAGE


def test_every_exit_code_is_told():
    """A row for each."""
    shown = re.findall(r"^\| ([\d, ]+) \|", PAGE, re.MULTILINE)
    found = {int(code) for row in shown for code in row.split(",")}
    assert {codes.DONE, codes.FAILED, codes.WRONG, codes.AGAIN, 130, 143} <= found
