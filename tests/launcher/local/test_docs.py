"""docs/launcher.md against the commands, the sample and the doctests of these modules."""

import doctest
import importlib
import re
from pathlib import Path

import pytest
import typer

from launcher.commands.app import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/launcher.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_page(name: str):
    """docs/launcher.md has a row for each command."""
    assert re.search(rf"^\| `{name}[` ]", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", ["run", "check", "status", "logs", "fetch", "list"])
def test_every_option_is_in_the_page(name: str):
    """docs/launcher.md names each option of these commands."""
    options = {one for parameter in COMMANDS[name].params for one in (*parameter.opts, *parameter.secondary_opts)}
    long = {option for option in options if option.startswith("--")} - {"--input", "--output", "--help"}
    assert [option for option in sorted(long) if f"{option}`" not in PAGE and f"{option} " not in PAGE] == []


def test_the_page_shows_what_the_sample_gives():
    """The rows in the page are the ones that the sample's data has."""
    for station in ("Almería", "Tromsø", "Zürich"):
        assert re.search(rf"^{station} +73 ", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", ["runner", "runs", "pythons", "api", "functions", "results", "flow"])
def test_examples_in_docstrings_hold(name: str):
    """What a docstring shows is so."""
    assert doctest.testmod(importlib.import_module(f"launcher.{name}")).failed == 0
