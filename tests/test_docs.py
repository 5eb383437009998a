"""What the pages for people promise, held against the code."""

import re
from pathlib import Path

from app.problems import KINDS, TYPE_PREFIX
from app.settings import VARIABLES, Settings

ROOT = Path(__file__).parents[1]


def test_every_problem_is_listed_with_its_status():
    """docs/errors.md has one row a problem type, in the table's order."""
    rows = re.findall(rf"^\| `{TYPE_PREFIX}([a-z-]+)` \| (\d+) \|", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)
    assert rows == [(kind, str(entry.status)) for kind, entry in KINDS.items()]


def test_every_setting_is_listed_with_its_default():
    """docs/settings.md names each variable of the environment and what it is when it is not set."""
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert list(rows) == list(VARIABLES)
    plain = {name: str(getattr(Settings(), field)) for name, (field, _) in VARIABLES.items()}
    shown = {name: default.strip("`").replace(",", "") for name, default in rows.items() if default.startswith("`")}
    assert shown == {name: plain[name] for name in shown}


def test_every_target_is_listed():
    """docs/architecture.md names every target of the Makefile."""
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    page = (ROOT / "docs/architecture.md").read_text()
    assert [target for target in targets if f"`make {target}`" not in page] == []


def test_decisions_are_numbered_without_gaps():
    """docs/decisions/ is a list that one can count through, each ending in what would change it."""
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    assert [file.name for file in files if "What would change our mind:" not in file.read_text()] == []
