"""The media classifier over a real database: SQLite and PostgreSQL give the same, and are asked for little."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from store.database import open_database
from store.results import Results
from tests.store.postgres import cluster
from textmodel.artifact import Artifact
from textmodel.publish import publish
from workbench import emotion, media, settings
from workbench.errors import ColumnError, LabelError, RunError, SettingsError, SubsetError
from workbench.settings import Settings

LABELS = ("angry", "happy", "sad")
TEXTS = ("Net profit rose", "Layoffs in Helsinki", "The company", "Sales fell from the year", "Loss of shares")
TRUTH = media.Truth("genres", "film", "genre")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster() as made:
        yield made.database("media")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def labelled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, make_artifact: Callable[..., Artifact]
) -> Settings:
    """24 films, whose genre decides which texts they have, labelled."""
    folder = tmp_path_factory.mktemp(request.param)
    rows = [(f"film{n:02}", at, TEXTS[(n % 2 * 2 + at * at) % 5]) for n in range(24) for at in range(9 + n % 3)]
    names = ("item", "position", "text")
    parquet.write_table(
        pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), folder / "lines.parquet"
    )
    known = "".join(f"film{n:02},{'comedy' if n % 2 else 'drama'},{n // 12}\n" for n in range(24))
    (folder / "genres.csv").write_text(f"film,genre,year\n{known}")
    (folder / "workbench.toml").write_text(
        '[sources.lines]\npath = "lines.parquet"\n[sources.genres]\npath = "genres.csv"\n'
    )
    store = request.getfixturevalue("server") if request.param == "postgresql" else None
    publish(str(folder), make_artifact(task="emotion", labels=LABELS), TEXTS, {})
    found = settings.load(str(folder / "workbench.toml"), store=store)
    emotion.label(found, "lines", emotion.Columns(position="position"), artifacts=str(folder))
    return found


def test_features_are_asked_where_the_predictions_are(labelled: Settings):
    """A row an item; of PostgreSQL no more than those travel, and the second time nothing."""
    found = media.features(labelled, "lines")
    assert (found.table.num_rows, found.emotions, found.model) == (24, LABELS, "emotion-1.0.0")
    assert found.table["texts"].to_pylist() == [9 + n % 3 for n in range(24)]
    assert found.transfer.bytes_moved > 0
    if labelled.store.startswith("postgresql"):
        assert found.transfer.engine == "postgres"
        assert found.transfer.bytes_moved <= 2 * found.table.nbytes
    assert media.features(labelled, "lines").transfer.cached


def test_the_way_from_features_to_labels(labelled: Settings):
    """Cross-validated, trained, labelled; a repeat is found done and gives the same model."""
    first, again = (
        media.cross_validate(labelled, "lines", TRUTH, task="genre", repeats=1, rounds=19) for _ in range(2)
    )
    assert (first.new, again.new, again.run) == (True, False, first.run)
    assert first.judged.score.balanced_accuracy.value > 0.9
    made, same = (media.train(labelled, "lines", TRUTH, task="genre") for _ in range(2))
    assert (made.name, made.content_hash) == (same.name, same.content_hash)
    assert made.name == "genre-1.0.0"
    done, repeated = (media.label(labelled, "lines", task="genre") for _ in range(2))
    assert (done.rows, done.changed, repeated.changed) == (24, 24, 0)
    with open_database(labelled.store) as database:
        results = Results(database)
        assert len(results.truth("genre")) == 24
        [run] = results.runs(kind="cross-validate")
        assert run.rows == 24
        names = {(m.slice, m.name) for m in results.metrics(run.run)}
        assert {("yardstick=majority", "accuracy"), ("yardstick=luck", "p"), ("fold=4", "accuracy")} < names
        assert results.transfers(run.run)[0].rows == 24


def test_groups_are_kept_together(labelled: Settings):
    """By a column of the truth; with two groups there are two folds at most."""
    grouped = TRUTH._replace(group="year")
    found = media.cross_validate(labelled, "lines", grouped, task="by-year", folds=2, repeats=1, rounds=0)
    assert sorted(set(found.data.groups)) == ["0", "1"]
    with pytest.raises(SubsetError, match="2 rows, expected 5 items"):
        media.cross_validate(labelled, "lines", grouped, task="by-year", rounds=0)


def test_what_cannot_be_learnt_is_refused(labelled: Settings):
    """Columns that are not there, one class, a source without labels, a model that is not there."""
    with pytest.raises(ColumnError, match="'mood'"):
        media.train(labelled, "lines", TRUTH._replace(label="mood"), task="x")
    with pytest.raises(LabelError, match=r"is not known|two or more|one is expected"):
        media.cross_validate(labelled, "lines", media.Truth("lines", "item", "text"), task="x")
    with pytest.raises(RunError, match="emotion label genres"):
        media.features(labelled, "genres")
    with pytest.raises(RunError, match="expected a file of a model"):
        media.label(labelled, "lines", task="nothing")
    with pytest.raises(SettingsError, match="--kind: expected logistic or network"):
        media.kind("tree")


def test_labels_of_another_emotion_model_are_no_features_of_this(
    labelled: Settings, make_artifact: Callable[..., Artifact], tmp_path: Path
):
    """A media model knows of which emotions it was made, and says so."""
    media.train(labelled, "lines", TRUTH, task="genre")
    publish(str(tmp_path), make_artifact(2, task="emotion", version="2.0.0", labels=LABELS), TEXTS, {})
    emotion.label(labelled, "lines", emotion.Columns(position="position"), artifacts=str(tmp_path))
    with pytest.raises(RunError, match=r"labels of emotion-1\.0\.0.*found emotion-2\.0\.0"):
        media.label(labelled, "lines", task="genre")
    assert media.label(labelled, "lines", task="genre", model="emotion-1.0.0").changed == 0
