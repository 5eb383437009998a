"""Validation of a pair on a held-out part, held against scikit-learn; and labelling of sources of each kind."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn.metrics import f1_score

from store.database import open_database
from store.predictions import Predictions
from store.results import Results
from textmodel.artifact import Artifact
from textmodel.publish import publish
from workbench import emotion, pages, settings
from workbench.errors import BudgetError, ColumnError, LabelError, RunError, SubsetError
from workbench.extracts import Extract
from workbench.select import select
from workbench.settings import Settings

LABELS = ("angry", "happy", "sad")
TEXTS = ("Net profit rose", "Layoffs in Helsinki", "The company", "Sales fell from the year", "Loss of shares")
SETTINGS = '[sources.train]\npath = "train.parquet"\n[sources.posts]\ntable = "post"\n'


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory, make_artifact: Callable[..., Artifact]) -> str:
    """A pair of random weights, whose answers are as wrong as they are repeatable."""
    root = tmp_path_factory.mktemp("pair")
    publish(str(root), make_artifact(task="emotion", labels=LABELS), TEXTS, {})
    return str(root)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """A Parquet file of 300 texts and a table of as many."""
    (tmp_path / "workbench.toml").write_text(SETTINGS)
    labels = [LABELS[n * 7 % 11 % 3] for n in range(300)]
    columns = {"item": [f"i{n // 3}" for n in range(300)], "text": [TEXTS[n % 5] for n in range(300)], "label": labels}
    parquet.write_table(pa.table({**columns, "place": ["here", "there"] * 150}), tmp_path / "train.parquet")
    with closing(sqlite3.connect(tmp_path / "workbench.db")) as connection, connection:
        connection.execute("CREATE TABLE post (id integer, item text, body text)")
        rows = [(n, columns["item"][n], columns["text"][n]) for n in range(300)]
        connection.executemany("INSERT INTO post VALUES (?, ?, ?)", rows)
    return settings.load(str(tmp_path / "workbench.toml"))


@pytest.fixture
def extract(here: Settings) -> Extract:
    return select(here, "train", text="text", label="label")


def test_figures_are_those_of_the_pair_s_answers(here: Settings, extract: Extract, artifacts: str):
    """On the held-out part alone, in all and by slice."""
    found = emotion.validate(here, extract, by=["place"], artifacts=artifacts)
    table = parquet.read_table(extract.path).filter(pa.compute.field("split") == "test")
    true = table["label"].to_pylist()
    given = [emotion.models.read("emotion", artifacts).classify(text).label for text in table["text"].to_pylist()]
    assert found.score.rows == len(true)
    assert found.score.macro_f1.value == pytest.approx(f1_score(true, given, average="macro", labels=LABELS))
    assert sorted(found.slices) == ["place=here", "place=there"]
    assert sum(one.rows for one in found.slices.values()) == len(true)
    assert found.seen is None
    assert "not known" in pages.doubts(found)[-1]


def test_the_run_is_stored_once(here: Settings, extract: Extract, artifacts: str):
    """With figures by label and slice, their intervals, and a confusion that adds up."""
    first, again = (emotion.validate(here, extract, by=["fold"], artifacts=artifacts) for _ in range(2))
    assert (first.new, again.new, again.run) == (True, False, first.run)
    with open_database(here.store) as database:
        results = Results(database)
        kept = {(m.slice, m.name): m for m in results.metrics(first.run)}
        assert kept["", "macro_f1"].low <= kept["", "macro_f1"].value <= kept["", "macro_f1"].high
        assert kept["label=sad", "recall"].value == first.score.by_class["sad"]["recall"].value
        assert sum(one.rows for one in results.confusion(first.run)) == first.score.rows


def test_rows_without_a_label_are_left_out_and_told(here: Settings, artifacts: str, tmp_path: Path):
    """A null is neither right nor wrong."""
    table = parquet.read_table(tmp_path / "train.parquet")
    labels = [None if n % 10 == 0 else one for n, one in enumerate(table["label"].to_pylist())]
    parquet.write_table(table.set_column(2, "label", pa.array(labels)), tmp_path / "train.parquet")
    found = emotion.validate(here, select(here, "train"), artifacts=artifacts)
    assert 0 < found.left_out < 30
    assert pages.doubts(found)[0] == f"{found.left_out:,} rows without a text or a label are left out."


def test_what_cannot_be_validated_is_refused(here: Settings, extract: Extract, artifacts: str):
    """A part without rows, a column that is not there, labels that the model does not know, no split, no model."""
    for words, error in (
        ({"part": "winter"}, SubsetError), ({"text": "body"}, ColumnError), ({"by": ["body"]}, ColumnError),
        ({"label": "place"}, LabelError), ({"artifacts": here.folder}, RunError), ({"task": "mood"}, RunError),
    ):  # fmt: skip
        with pytest.raises(error):
            emotion.validate(here, extract, **{"artifacts": artifacts, **words})
    with pytest.raises(ColumnError, match="select it with --split"):
        emotion.validate(here, select(here, "train", divide=None), artifacts=artifacts)


def test_one_class_is_no_training(here: Settings, artifacts: str):
    """Refused before the trainer starts."""
    said: list[str] = []
    with pytest.raises(LabelError, match="1 class"):
        emotion.train(here, select(here, "train", "label = 'sad'"), artifacts=artifacts, say=said.append)
    assert said == []


def test_the_same_extract_gives_the_trainer_the_same_file(here: Settings, extract: Extract):
    """So it can compare a new model with the one in place."""
    path = Path(here.folder) / "training" / "one.parquet"
    rows, classes = emotion._written(extract, str(path), "train", "text", "label")
    first = path.read_bytes()
    assert (rows, classes) == (extract.provenance["split_rows"]["train"], 3)
    emotion._written(extract, str(path), "train", "text", "label")
    assert path.read_bytes() == first


def test_a_file_and_a_table_are_labelled_alike(here: Settings, artifacts: str):
    """The same texts get the same answers, from wherever they come; only those of the table travel."""
    file = emotion.label(here, "train", artifacts=artifacts)
    columns = emotion.Columns(text="body", text_id="id", position="id")
    table = emotion.label(here, "posts", columns, artifacts=artifacts)
    assert file.labelled.counts == table.labelled.counts
    assert (file.labelled.rows, table.labelled.rows) == (300, 300)
    assert (file.moved_bytes, table.moved_bytes > 0) == (0, True)
    with open_database(here.store) as database:
        assert Predictions(database).count("emotion-1.0.0") == 600


def test_texts_that_would_move_more_than_they_may_are_not_read(here: Settings, artifacts: str):
    """The budget holds for labelling too."""
    small = settings.load(str(Path(here.folder).parent / "workbench.toml"), bytes_per_query="1kB")
    with pytest.raises(BudgetError):
        emotion.label(small, "posts", emotion.Columns("body", "item", "id"), artifacts=artifacts)
