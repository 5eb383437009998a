"""Runs and comparisons: what is stored is told, with the bytes it moved; other data are never compared in silence."""

import doctest
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from pyarrow import parquet
from typer.testing import CliRunner

from store.database import open_database
from store.results import Confusion, Metric, Results, Run, Transfer
from tests.store.postgres import programs
from workbench import runs as module
from workbench.commands.compare import compare as compare_command
from workbench.commands.runs import runs as runs_command
from workbench.commands.select import select as select_command
from workbench.compare import compare
from workbench.errors import ReplicaError, RunError
from workbench.runs import RunLine, runs
from workbench.select import select
from workbench.settings import Settings, SourceSpec

OLD = Run("validate", "emotion", "emotion-1.0.0", 0, {"extract": "e1", "part": "test", "data_sha256": "d1"}, 300, 2.5)
NEW = OLD._replace(model="emotion-1.1.0")
ELSEWHERE = NEW._replace(provenance={**NEW.provenance, "data_sha256": "d2"})
MOVED = [Transfer("postgres", "digest", 3, 1_200, False), Transfer("duckdb", "digest", 3, 34, False)]


def metrics(macro: float, half: float = 0.02) -> list[Metric]:
    """A figure with its interval, one without, and one of a slice."""
    return [
        Metric("test", "macro_f1", macro, 300, low=macro - half, high=macro + half),
        Metric("test", "accuracy", macro + 0.1, 300),
        Metric("test", "f1", macro / 2, 100, slice="label=sad", low=0.0, high=1.0),
    ]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A store with three runs, and a source to select from."""
    made = Settings(
        store=f"sqlite:///{tmp_path / 'store.db'}", folder=str(tmp_path / "work"),
        sources={"train": SourceSpec("train", "parquet", str(tmp_path / "train.parquet"))},
    )  # fmt: skip
    rows = {"item": ["a", "b", "c", "d"] * 5, "text": ["t"] * 20, "label": ["happy", "sad"] * 10}
    parquet.write_table(pa.table(rows), tmp_path / "train.parquet")
    with open_database(made.store) as database:
        results = Results(database)
        results.save_run(OLD, metrics(0.70), [Confusion("test", "sad", "happy", 3)])
        results.save_run(NEW, metrics(0.76), [], MOVED)
        results.save_run(ELSEWHERE, metrics(0.71))
        results.save_run(Run("label", "emotion", "emotion-1.1.0", 0, {"source": "posts"}, 9000, 4.0, "ann"))
    return made


@pytest.fixture
def folder(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The folder of a person with these settings."""
    source = settings.sources["train"].address
    text = f'[store]\nurl = "{settings.store}"\n[sources.train]\npath = "{source}"\n[limits]\nbytes_per_query = "1MB"\n'
    (tmp_path / "workbench.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> tuple[str, str]:
    """Output and errors of a command, as its user gives it."""
    app = typer.Typer(pretty_exceptions_enable=False)
    for name, command in (("select", select_command), ("runs", runs_command), ("compare", compare_command)):
        app.command(name)(command)
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == code, found.output
    return found.stdout, found.stderr


def test_runs_are_told_with_their_figures_and_bytes(settings: Settings):
    """The newest first; a slice is no figure of the whole."""
    found = runs(settings)
    assert [one.run for one in found][1:] == [ELSEWHERE.key, NEW.key, OLD.key]
    assert found[0].kind == "label"
    assert (found[0].made_by, found[0].rows, found[0].main) == ("ann", 9000, "")
    assert found[2].figures == {"test macro_f1": 0.76, "test accuracy": 0.86}
    assert (found[2].main, found[2].bytes_moved) == ("test macro_f1 0.760", 1_234)
    assert [one.run for one in runs(settings, "emotion", "validate", limit=1)] == [ELSEWHERE.key]
    assert runs(settings, "media") == []


@pytest.mark.parametrize(("kind", "told"), [("cross-validate", "balanced_accuracy"), ("validate", "macro_f1")])
def test_the_figure_that_is_told_is_that_of_its_report(kind: str, told: str):
    """Items by balanced accuracy, texts by macro-F1."""
    figures = {"test macro_f1": 0.5, "test balanced_accuracy": 0.6}
    line = RunLine("r", kind, "t", None, "now", "ann", 1, 0.0, 0, figures)
    assert line.main == f"test {told} {figures[f'test {told}']:.3f}"


def test_extracts_are_among_them(settings: Settings):
    """With the bytes that they moved."""
    made = select(settings, "train", "label = 'sad'", divide=None)
    found = runs(settings)[0]
    assert (found.run, found.kind, found.task, found.rows) == (made.key, "select", "train", 10)
    assert found.bytes_moved == made.provenance["bytes_moved"] > 0
    assert [one.run for one in runs(settings, kind="select")] == [made.key]
    assert all(one.kind != "select" for one in runs(settings, "emotion"))


def test_figures_of_two_runs_stand_side_by_side(settings: Settings):
    """Apart where their intervals are; without an interval nobody can say."""
    found = compare(settings, OLD.key, NEW.key[:8])
    assert [one.run for one in found.runs] == [OLD.key, NEW.key]
    [accuracy, macro] = found.figures
    assert (macro.name, macro.values, macro.apart) == ("macro_f1", (0.70, 0.76), True)
    assert macro.difference == pytest.approx(0.06)
    assert (accuracy.name, accuracy.apart) == ("accuracy", None)
    assert found.differences == {"model": ("emotion-1.0.0", "emotion-1.1.0")}
    assert found.same_data


def test_a_difference_within_the_intervals_is_chance(settings: Settings):
    """Of slices too, where they are asked for."""
    found = compare(settings, OLD.key, ELSEWHERE.key, slices=True)
    assert [(one.slice, one.name, one.apart) for one in found.figures] == [
        ("", "accuracy", None), ("", "macro_f1", False), ("label=sad", "f1", False),
    ]  # fmt: skip


def test_figures_of_other_data_are_told_to_be_that(settings: Settings):
    """They say nothing about the models."""
    found = compare(settings, NEW.key, ELSEWHERE.key)
    assert not found.same_data
    assert found.differences == {"data_sha256": ("d1", "d2")}


def test_what_cannot_be_compared(settings: Settings):
    """A run that is not there, one alone, one twice, two with nothing in common."""
    label = runs(settings, kind="label")[0].run
    for keys, told in (
        (("zzz", OLD.key), "run zzz: expected the beginning of one run's key, found "),
        ((OLD.key,), f"compare: expected two runs or more, each once, found {OLD.key}"),
        ((OLD.key, OLD.key[:9]), "each once"),
        ((OLD.key, label), "expected runs with a figure in common, found none in"),
    ):
        with pytest.raises(RunError, match=told):
            compare(settings, *keys)


@pytest.mark.usefixtures("folder")
def test_the_command_lists_runs():
    """A line each, and the sum of the bytes; JSON has all figures."""
    output, _ = run("runs", "--kind", "validate")
    lines = output.splitlines()
    assert lines[0].split() == ["run", "made", "at", "kind", "task", "model", "rows", "seconds", "moved", "figure"]
    assert lines[2].startswith(NEW.key)
    assert lines[2].endswith("300      2.5  1.2 kB  test macro_f1 0.760")
    assert lines[-1] == "3 runs, 1.2 kB moved"
    assert json.loads(run("runs", "--json", "--limit", "2")[0])[1]["figures"]["test macro_f1"] == 0.71


@pytest.mark.usefixtures("folder")
def test_the_command_compares():
    """Figures, their difference, what was different; and a warning where the data were."""
    output, _ = run("compare", OLD.key, NEW.key)
    assert "test macro_f1             0.700             0.760      +0.060  apart" in output
    assert "model: emotion-1.0.0 | emotion-1.1.0" in output
    assert "different data" not in output
    assert "different data: they do not compare the models" in run("compare", NEW.key, ELSEWHERE.key)[0]
    assert json.loads(run("compare", OLD.key, NEW.key, "--json")[0])["figures"][1]["apart"] is True


@pytest.mark.usefixtures("folder")
def test_the_command_selects():
    """The folder of the extract first, as the next command wants it; progress on standard error."""
    output, errors = run("select", "train", "--where", "label = 'sad'", "--split", "none")
    lines = output.splitlines()
    assert Path(lines[0], "data.parquet").exists()
    assert lines[1].startswith("10 rows of 2 items, ")
    assert lines[2] == "labels: sad 10"
    assert "10 rows, " in errors
    assert "moved" in errors
    again = json.loads(run("select", "train", "--where", "label = 'sad'", "--split", "none", "--json")[0])
    assert again["key"] == Path(lines[0]).name
    output, _ = run("select", "train", "--where", "label = 'sad'", "--split", "none")
    assert output.splitlines()[1].endswith("nothing moved now")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("select", "nowhere"), "no source 'nowhere'"),
        (("select", "train", "--where", "label = 'joy'"), "train where label = 'joy': 0 rows"),
        (("select", "train", "--split", "a:1"), "--split: expected parts"),
        (("compare", "zzz", "yyy"), "run zzz: expected the beginning"),
    ],
)
def test_mistakes_are_one_line(arguments: tuple[str, ...], told: str):
    """With exit code 2 and nothing on standard output."""
    output, errors = run(*arguments, code=2)
    assert output == ""
    assert told in errors.splitlines()[-1]
    assert "Traceback" not in errors


@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed (Debian: postgresql)")
def test_runs_are_read_from_the_replica(settings: Settings):
    """With what was stored a moment ago; without it nothing is told."""
    from workbench.oltp.cluster import primary_and_replica

    with primary_and_replica() as (primary, replica):
        both = replace(settings, store=primary.url, replica=replica.url)
        with pytest.raises(RunError, match="expected schema 0002, found none; python -m store upgrade URL makes"):
            runs(both)
        with open_database(primary.url) as database:
            Results(database).save_run(OLD, metrics(0.70))
        assert [one.run for one in runs(both)] == [OLD.key]
        replica.stop()
        with pytest.raises(ReplicaError):
            runs(both)
        replica.start()


def test_the_examples_hold():
    """There are some, and none fails."""
    results = doctest.testmod(module)
    assert results.failed == 0
    assert results.attempted > 0
