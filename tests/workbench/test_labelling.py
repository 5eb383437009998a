"""Labelling into a real database: every text once, cut off and gone on, repeated without a change."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import select

from store.database import Database, open_database
from store.errors import ConflictError
from store.predictions import Predictions
from store.results import Results
from store.tables import CURRENT_LABEL, PREDICTION
from tests.store.postgres import cluster
from textmodel import Model
from textmodel.artifact import Artifact
from workbench import labelling

TEXTS = ["Net profit rose", "Layoffs in Helsinki", "The company", "", "Sales fell from the year"]


@pytest.fixture(scope="module")
def model(make_artifact: Callable[..., Artifact]) -> Model:
    return Model(make_artifact(task="emotion", labels=("angry", "happy", "sad"), files={"weights": "ab"}))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster() as made:
        yield made.database("labelling")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    sqlite = request.param == "sqlite"
    with open_database(str(tmp_path / "w.db") if sqlite else request.getfixturevalue("server")) as opened:
        yield opened


def rows(count: int, cut: int = 1000) -> list[pa.RecordBatch]:
    """Texts of three items, in record batches of `cut` rows."""
    columns = {"item": [f"play {n % 3}" for n in range(count)], "text": [TEXTS[n % 5] for n in range(count)]}
    return pa.table(columns).to_batches(max_chunksize=cut)


def stored(database: Database, model: Model) -> list[tuple[object, ...]]:
    query = (
        select(PREDICTION).where(PREDICTION.c.model == model.name).order_by(PREDICTION.c.item, PREDICTION.c.position)
    )
    return [tuple(row) for row in database.run(lambda c: c.execute(query).all())]


def test_every_text_has_the_model_s_answer(database: Database, model: Model):
    """Label, score, and one score column a label, with its place in its item."""
    labelling.registered(Results(database), model)
    source = f"one {database.where}"[:40]
    found = labelling.label(model, rows(10), Predictions(database), source, "v1")
    assert (found.rows, found.changed, found.skipped, found.without_text) == (10, 10, 0, 0)
    assert sum(found.counts.values()) == 10
    query = (
        select(PREDICTION)
        .where(PREDICTION.c.source == source, PREDICTION.c.item == "play 1")
        .order_by(PREDICTION.c.position)
    )
    got = database.run(lambda c: c.execute(query).all())
    assert [row.position for row in got] == [0, 1, 2]
    expected = model.classify(TEXTS[4])  # the second text of play 1 is row 4
    assert (got[1].label, got[1].score) == (expected.label, pytest.approx(expected.score))
    assert [got[1].score_0, got[1].score_1, got[1].score_2] == pytest.approx(list(expected.scores.values()))
    labels = database.run(lambda c: c.execute(select(CURRENT_LABEL).where(CURRENT_LABEL.c.source == source)).all())
    assert len(labels) == 10


def test_a_repeat_changes_nothing(database: Database, model: Model):
    """Neither when the same labelling runs again nor when an engine cuts the rows otherwise."""
    labelling.registered(Results(database), model)
    predictions, count = Predictions(database), 2 * labelling.BATCH_ROWS + 100
    labelling.label(model, rows(count), predictions, "repeat", "v1")
    before = stored(database, model)
    again = labelling.label(model, rows(count, cut=777), predictions, "repeat", "v1")
    assert (again.rows, again.changed, again.skipped) == (count, 0, count)
    assert stored(database, model) == before


def test_what_was_cut_off_goes_on(database: Database, model: Model):
    """A labelling that breaks after a batch does the others alone, and shows no current labels until it is whole."""
    labelling.registered(Results(database), model)
    predictions, count = Predictions(database), labelling.BATCH_ROWS + 50

    def broken() -> Iterator[pa.RecordBatch]:
        yield from rows(count)[: labelling.BATCH_ROWS // 1000 + 1]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        labelling.label(model, broken(), predictions, "broken", "v1")
    current = select(CURRENT_LABEL).where(CURRENT_LABEL.c.source == "broken")
    assert database.run(lambda c: c.execute(current).all()) == []
    found = labelling.label(model, rows(count), predictions, "broken", "v1")
    assert (found.skipped, found.changed) == (labelling.BATCH_ROWS, 50)
    assert len(database.run(lambda c: c.execute(current).all())) == count


def test_rows_without_a_text_are_counted(database: Database, model: Model):
    """A null is no text: it gets no label, and is not forgotten either."""
    labelling.registered(Results(database), model)
    batch = pa.record_batch({"item": ["a", "a", "b"], "text_id": ["x", "y", "z"], "text": ["Profit", None, "Loss"]})
    found = labelling.label(model, [batch], Predictions(database), "nulls", "v1")
    assert (found.rows, found.changed, found.without_text) == (3, 2, 1)


def test_a_name_means_one_model(database: Database, model: Model):
    """Another model of the same name and version is refused."""
    labelling.registered(Results(database), model)
    assert labelling.registered(Results(database), model).model == "emotion-1.0.0"
    other = Model(model.artifact._replace(files={"weights": "cd"}))
    with pytest.raises(ConflictError, match=r"emotion-1\.0\.0"):
        labelling.registered(Results(database), other)
