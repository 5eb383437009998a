"""The example: its data, and the whole way over data that it makes, by the commands as they are typed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from store.database import open_database
from store.results import Results
from store.tables import CURRENT_LABEL, PREDICTION
from workbench import settings
from workbench.commands.app import app
from workbench.errors import SourceError, StorageError
from workbench.example import goemotions, made, place, plays

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of an example that ran, and what it printed; its own process, as a user's."""
    folder = tmp_path_factory.mktemp("walk") / "example"
    command = [sys.executable, "-m", "workbench", "example", "--out", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done.stdout


def test_every_step_says_what_it_did(walked: tuple[Path, str]):
    """All of the commands in their order, and the result with its baseline."""
    _, printed = walked
    steps = re.findall(r"^\$ python -m workbench ([a-z]+(?: [a-z-]+)?)", printed, re.MULTILINE)
    names = [step if step.split()[0] in ("emotion", "media") else step.split()[0] for step in steps]
    emotion = ["emotion train", "emotion validate", "emotion label"]
    media = ["media features", "media cross-validate", "media cross-validate", "media train", "media label"]
    assert names == ["catalog", "stats", "select", *emotion, *media, "stats", "runs", "compare"]
    assert "Better than the majority and than luck." in printed
    assert re.search(r"^majority +0\.333", printed, re.MULTILINE)
    assert "Traceback" not in printed
    assert str(ROOT) not in printed


def test_results_are_in_the_database(walked: tuple[Path, str]):
    """Models, runs of each kind with figures, a prediction a line, and current labels of texts and of items."""
    folder, _ = walked
    with open_database(f"sqlite:///{folder}/workbench.db") as database:
        results = Results(database)
        assert {one.model for one in results.models()} == {"emotion-1.0.0", "genre-1.0.0"}
        kinds = [(one.kind, one.task) for one in results.runs()]
        assert {("train", "emotion"), ("validate", "emotion"), ("label", "emotion"), ("cross-validate", "genre")} < set(
            kinds
        )
        [validated] = results.runs(kind="validate")
        figures = {(m.slice, m.name): m for m in results.metrics(validated.run)}
        assert figures["", "macro_f1"].value > 0.5
        assert {("label=sad", "f1"), ("fold=0", "accuracy")} < set(figures)
        rows = sum(one.rows for one in results.confusion(validated.run))
        assert rows == validated.rows == figures["", "accuracy"].rows
        judged = {(m.slice, m.name): m.value for m in results.metrics(results.runs(kind="cross-validate")[-1].run)}
        assert judged["", "balanced_accuracy"] > judged["yardstick=majority", "balanced_accuracy"]
        assert judged["yardstick=luck", "p"] <= 0.05
        assert len(results.truth("genre")) == 48
        count = select(func.count()).select_from(PREDICTION)
        assert database.run(lambda c: c.execute(count).scalar_one()) == 1920 + 48
        current = select(CURRENT_LABEL.c.task, func.count()).group_by(CURRENT_LABEL.c.task)
        assert dict(database.run(lambda c: c.execute(current).all())) == {"emotion": 1920, "genre": 48}


def test_a_replay_changes_nothing(walked: tuple[Path, str]):
    """Validating, labelling and training again give the runs, rows and models that are there."""
    folder, printed = walked
    here, pair = ["--settings", str(folder / "workbench.toml")], ["--artifacts", str(folder / "artifacts")]
    extract = re.findall(r"emotion train ([0-9a-f]{16})", printed)[0]
    truth = ["--truth", "genres", "--item", "play", "--label", "genre", "--task", "genre"]

    def again(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, *here])
        assert done.exit_code == 0, done.output
        return done.output

    assert "as it was stored before" in again("emotion", "validate", extract[:8], "--by", "fold", *pair)
    assert "0 rows new or changed, 1,920 were there" in again(
        "emotion", "label", "lines", "--position", "position", *pair
    )
    assert "48 items, 0 rows" in again("media", "label", "lines", "--task", "genre").replace(
        "48 items by genre-1.0.0", "48 items"
    )
    assert again("media", "train", "lines", *truth).startswith("genre-1.0.0 is in ")
    features = again("media", "features", "lines").splitlines()
    assert features[0].startswith("item,texts,score,reliable,share_angry")
    assert len([line for line in features if line.startswith("film")]) == 48


def test_what_a_person_can_mend_is_one_line(walked: tuple[Path, str]):
    """Exit code 2 and the way out, for each kind of mistake."""
    folder, printed = walked
    extract = re.findall(r"emotion train ([0-9a-f]{16})", printed)[0]
    here, pair = ["--settings", str(folder / "workbench.toml")], ["--artifacts", str(folder / "artifacts")]
    truth = ["--truth", "genres", "--task", "genre"]
    cases = [
        (["emotion", "validate", extract, "--part", "train", *pair], "expected a part that it was not trained on"),
        (["emotion", "validate", extract, "--part", "winter", *pair], "part winter: 0 rows"),
        (["emotion", "validate", extract, "--label", "mood", *pair], "column 'mood'"),
        (
            ["emotion", "validate", extract, "--label", "item", *pair],
            "is not known; known labels are angry, happy, sad",
        ),
        (["emotion", "validate", "none"], "the beginning of one's name"),
        (["emotion", "validate", extract, "--artifacts", str(folder)], "model emotion: expected a trained pair"),
        (["emotion", "label", "posts", *pair], "column 'text'"),
        (["emotion", "label", "posts", "--text", "state", *pair], "--text-id COLUMN"),
        (["emotion", "label", "winter", *pair], "no source 'winter'"),
        (["media", "features", "comments"], "expected a source that a model of emotion has labelled"),
        (["media", "cross-validate", "lines", *truth], "column 'item'"),
        (
            ["media", "cross-validate", "lines", *truth, "--item", "play", "--label", "title"],
            "1 rows, expected 5 items",
        ),
        (
            ["media", "cross-validate", "lines", *truth, "--item", "play", "--label", "genre", "--kind", "tree"],
            "--kind",
        ),
        (["media", "label", "lines", "--task", "mood"], "expected a file of a model"),
    ]
    for words, expected in cases:
        done = CliRunner().invoke(app, [*words, *here])
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1), (words, done.output, done.exception)
        assert expected in done.stderr


def test_the_report_is_a_page_with_pictures(walked: tuple[Path, str]):
    """One of the validation, one of each cross-validation."""
    folder, _ = walked
    pages = sorted(path.name.split("-")[0] for path in (folder / ".workbench" / "reports").glob("*.html"))
    assert pages == ["emotion", "genre", "genre"]


def test_goemotions_is_read_as_published(tmp_path: Path):
    """Families by the paper; a text of two families is left out; a broken line is named."""
    (tmp_path / "labels.txt").write_text("joy\nanger\nneutral\nsurprise\n")
    for file in goemotions.PARTS.values():
        (tmp_path / file).write_text("So good\t0\ta1\nBoth\t0,1\ta2\nHm\t1,2\ta3\nWhat\t3\ta4\n")
    assert goemotions.there(str(tmp_path))
    found = [one for one in goemotions.read(str(tmp_path)) if one.part == "test"]
    assert [tuple(one) for one in found] == [
        ("a1", "So good", "happy", True, "test"),
        ("a3", "Hm", "angry", False, "test"),
    ]
    (tmp_path / "dev.tsv").write_text("So good\t0\ta1\nno tab\n")
    with pytest.raises(SourceError, match=r"dev\.tsv, line 2: expected text TAB numbers TAB id"):
        goemotions.read(str(tmp_path))


def test_made_data_are_the_same_for_a_seed():
    """Whoever makes them has the same rows, in three parts, with every label."""
    assert made.comments(60) == made.comments(60)
    assert made.comments(60) != made.comments(60, seed=1)
    assert {one.part for one in made.comments(60)} == {"train", "tune", "test"}
    lines, genres = made.films(6, 9)
    assert (len(lines), [one.genre for one in genres]) == (54, ["comedy", "thriller", "drama"] * 2)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path):
    """An example is written over an example, never over anything else."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StorageError, match="something else"):
        place.write(str(tmp_path), place.found(None))
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_every_play_has_a_genre():
    """16 comedies, 10 histories and 11 tragedies, each once."""
    names = [name for every in plays._GENRES.values() for name in every.split()]
    assert [len(every.split()) for every in plays._GENRES.values()] == [16, 10, 11]
    assert len(set(names)) == 37


def test_written_sources_are_readable(tmp_path: Path):
    """As the catalog sees them, the CSV in its own encoding too."""
    written = place.write(str(tmp_path / "e"), place.found(None))
    from workbench.catalog import catalog

    assert {one.name: one.rows for one in catalog(settings.load(written))} == {
        "comments": 1500, "lines": 1920, "genres": 48, "posts": 1500,
    }  # fmt: skip
    assert "Café".encode("cp1252") in (tmp_path / "e" / "genres.csv").read_bytes()
