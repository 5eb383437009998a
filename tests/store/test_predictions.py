"""Predictions: loaded once, shown when a labelling is whole, dropped at once; the same on both databases."""

import threading
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text

from store.address import parse
from store.database import Database, open_database
from store.errors import BusyError, ConflictError, MissingError, RowsError
from store.predictions import Batch, Predictions, score_columns
from store.results import Model, Results
from store.tables import CURRENT_LABEL, LOAD_BATCH, PREDICTION

LABELS = ("angry", "happy", "sad")
EMOTION = Model("emotion-1.0.0", "emotion", LABELS, "abc")
NEWER = Model("emotion-1.1.0'); --", "emotion", LABELS, "def")
ODD = "\\N\t\n\",é語😀'\\a. "
TEXT = st.text(st.sampled_from(ODD), max_size=6)


@pytest.fixture
def predictions(database: Database) -> Predictions:
    results = Results(database)
    results.register(EMOTION)
    results.register(NEWER)
    return Predictions(database)


def rows(*texts: str, label: str = "happy", item: str = "i", score: float = 0.9) -> pa.Table:
    return pa.table({
        "item": [item] * len(texts), "text_id": list(texts), "label": [label] * len(texts),
        "score": [score] * len(texts),
    })  # fmt: skip


def batch(name: str = "b1", model: str = EMOTION.model, source: str = "posts") -> Batch:
    return Batch(model, source, name, "v1")


def stored(database: Database, *columns: str) -> list[tuple]:
    query = select(*(PREDICTION.c[name] for name in columns)).order_by(PREDICTION.c.model, PREDICTION.c.source)
    return database.run(lambda c: [tuple(row) for row in c.execute(query.order_by("item", "text_id"))])


FULL = st.lists(
    st.fixed_dictionaries(
        {
            "item": TEXT, "text_id": TEXT, "position": st.none() | st.integers(0, 2**62),
            "label": st.sampled_from(LABELS), "score": st.floats(0, 1), "reliable": st.none() | st.booleans(),
            "known": st.none() | st.floats(0, 1), **{f"score_{n}": st.floats(0, 1) for n in range(3)},
        }
    ),
    min_size=1, max_size=8, unique_by=lambda row: (row["item"], row["text_id"]),
)  # fmt: skip
SCHEMA = pa.schema({
    "item": "string", "text_id": "string", "position": "int64", "label": "string", "score": "float64",
    "reliable": "bool", "known": "float64", "score_0": "float64", "score_1": "float64", "score_2": "float64",
})  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=FULL, second=FULL)
def test_rows_come_back_as_they_were(
    predictions: Predictions, database: Database, first: list[dict[str, Any]], second: list[dict[str, Any]]
):
    """Every character, every digit, every null; of a text in two batches the later row counts."""
    database.run(lambda c: [c.execute(delete(table)) for table in (PREDICTION, LOAD_BATCH)])
    keyed = [{(row["item"], row["text_id"]): row for row in one} for one in (first, second)]
    changes = sum(keyed[0].get(key) != row for key, row in keyed[1].items())
    assert predictions.save(batch("b1"), pa.Table.from_pylist(first, SCHEMA)) == len(first)
    assert predictions.save(batch("b2"), pa.Table.from_pylist(second, SCHEMA)) == changes
    expected = keyed[0] | keyed[1]
    found = database.run(lambda c: c.execute(select(*(PREDICTION.c[n] for n in SCHEMA.names))).mappings().all())
    assert {(row["item"], row["text_id"]): dict(row) for row in found} == expected


def test_a_batch_that_is_there_is_not_loaded_again(predictions: Predictions, database: Database):
    """Whatever the rows say by now: their name says that they are the same."""
    assert predictions.save(batch(), rows("t1", "t2")) == 2
    assert predictions.save(batch(), rows("t1", "t2", label="sad")) == 0
    assert stored(database, "text_id", "label") == [("t1", "happy"), ("t2", "happy")]
    assert predictions.batches(EMOTION.model, "posts") == {"b1"}
    with pytest.raises(ConflictError, match="batch b1 is stored already with rows 2, this one has 3"):
        predictions.save(batch(), rows("t1", "t2", "t3"))


def test_models_and_sources_do_not_see_each_other(predictions: Predictions):
    """The same text of another source, or by another model, is another row."""
    for one in (batch(), batch(source="other"), batch(model=NEWER.model)):
        assert predictions.save(one, rows("t1", "t2")) == 2
    assert (predictions.count(EMOTION.model), predictions.count(EMOTION.model, "other")) == (4, 2)
    assert predictions.count(NEWER.model) == 2


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (rows("t1", "t2").drop_columns(["score"]), "a column 'score', found none; there are item, text_id, label"),
        (rows("t1", "t1"), "each text once, found item 'i', text 't1' 2 times"),
        (rows("t1", label="joy"), "labels of angry, happy, sad, found 'joy'"),
        (rows("t1", score=float("nan")), "numbers in 'score', found nan in row 1"),
        (rows("t1", "t2\0"), r"text in 'text_id', found the character U\+0000 in row 2"),
        (
            rows("t1", "t2").set_column(2, "label", [["sad", None]]),
            "a value in every row of 'label', found none in row 2",
        ),
        (rows("t1").set_column(3, "score", [["much"]]), "double in column 'score', found string"),
        (rows("t1").append_column("score_0", [[0.5]]), "score columns score_0 to score_2, or none, found score_0"),
    ],
)
def test_rows_that_cannot_be_stored(predictions: Predictions, database: Database, table: pa.Table, told: str):
    """Are told with their place, and nothing of the batch is stored."""
    with pytest.raises(RowsError, match=told):
        predictions.save(batch(), table)
    assert stored(database, "text_id") == []
    assert predictions.batches(EMOTION.model, "posts") == set()


def test_scores_are_named_as_their_columns_or_labels(database: Database):
    """A label that is called as a column of the table has the column's name only."""
    odd = Model("odd-1.0.0", "odd", ("happy", "known"), "abc")
    Results(database).register(odd)
    table = rows("t1").append_column("happy", [[0.9]]).append_column("score_1", [[0.1]]).append_column("known", [[0.5]])
    Predictions(database).save(batch(model=odd.model), table)
    assert stored(database, "score_0", "score_1", "known") == [(0.9, 0.1, 0.5)]


def test_numbers_are_names_too(predictions: Predictions, database: Database):
    """Ids of a database are often numbers."""
    table = rows("1", "2").set_column(1, "text_id", [[7, 8]]).set_column(0, "item", [[1, 1]])
    predictions.save(batch(), table)
    assert stored(database, "item", "text_id") == [("1", "7"), ("1", "8")]


def current(database: Database) -> list[tuple]:
    query = select(*(CURRENT_LABEL.c[name] for name in ("task", "source", "text_id", "label", "model")))
    return sorted(database.run(lambda c: [tuple(row) for row in c.execute(query)]))


def test_current_labels_are_those_of_the_newest_finished_labelling(predictions: Predictions, database: Database):
    """Nothing is seen before its labelling is finished; a model that goes gives way to the one before."""
    predictions.save(batch(), rows("t1", "t2"))
    assert current(database) == []
    old = [("emotion", "posts", name, "happy", EMOTION.model) for name in ("t1", "t2")]
    assert predictions.finish(EMOTION.model, "posts", "v1").rows == 2
    assert current(database) == old
    predictions.save(batch(model=NEWER.model), rows("t1", "t2", label="sad"))
    assert current(database) == old
    predictions.finish(NEWER.model, "posts", "v1")
    assert current(database) == [("emotion", "posts", name, "sad", NEWER.model) for name in ("t1", "t2")]
    assert [one.model for one in predictions.labellings("emotion")] == [NEWER.model, EMOTION.model]
    assert predictions.drop(NEWER.model) == 2
    assert current(database) == old
    predictions.finish(EMOTION.model, "posts", "v2")
    assert [one.source_version for one in predictions.labellings()] == ["v2"]


def test_a_dropped_model_is_gone_and_can_come_again(predictions: Predictions):
    """Its batches too, so that they are loaded again; loading into what is gone is told."""
    predictions.save(batch(), rows("t1", "t2"))
    assert predictions.drop(EMOTION.model) == 2
    with pytest.raises(MissingError, match=r"no model 'emotion-1\.0\.0' in the store, only emotion-1\.1\.0"):
        predictions.save(batch(), rows("t1", "t2"))
    Results(predictions._database).register(EMOTION)
    assert predictions.count(EMOTION.model) == 0
    assert predictions.save(batch(), rows("t1", "t2")) == 2


def test_more_labels_than_columns_have_no_scores(database: Database):
    """Their label and its score are stored; score columns are refused."""
    many = Model("many-1.0.0", "many", tuple(f"l{n}" for n in range(33)), "abc")
    Results(database).register(many)
    assert score_columns(many.labels) == {}
    table = rows("t1", label="l32")
    assert Predictions(database).save(batch(model=many.model), table) == 1
    with pytest.raises(RowsError, match="none for more than 32 labels"):
        Predictions(database).save(batch("b2", many.model), table.append_column("score_0", [[0.5]]))


def test_threads_that_load_overlapping_batches_at_once(address: str):
    """Every text is there once, and every batch."""
    with open_database(address) as database:
        Results(database).register(EMOTION)
        errors: list[BaseException] = []

        def one(first: int) -> None:
            try:
                names = [f"t{n:03}" for n in range(first, first + 40)]
                Predictions(database).save(batch(f"b{first}"), rows(*names))
            except BaseException as error:  # noqa: BLE001
                errors.append(error)

        threads = [threading.Thread(target=one, args=(10 * n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert errors == []
        assert Predictions(database).count(EMOTION.model) == 90
        assert len(Predictions(database).batches(EMOTION.model, "posts")) == 6


@pytest.fixture
def server(postgres: Any) -> str:
    return postgres.database(f"p{abs(hash(object()))}")


def test_a_model_that_somebody_reads_is_not_dropped_and_nobody_waits_for_it(server: str):
    """The wait for the lock is short and comes again, so that other readers get in between; then it is told."""
    with open_database(server) as database, database.engine.connect() as reader:
        Results(database).register(EMOTION)
        Predictions(database).save(batch(), rows("t1"))
        reader.execute(text("SELECT count(*) FROM prediction")).all()
        impatient = Database(parse(server), give_up_s=0.0)
        with pytest.raises(BusyError, match=r"model emotion-1\.0\.0 is in use by other sessions.*: try again"):
            Predictions(impatient).drop(EMOTION.model)
        impatient.close()
        reader.rollback()
        assert Predictions(database).count(EMOTION.model) == 1
        assert Predictions(database).drop(EMOTION.model) == 1


def test_a_new_model_locks_nobody_out(server: str):
    """A reader and a writer with open transactions do not hold its partition up."""
    with open_database(server) as database:
        Results(database).register(EMOTION)
        Predictions(database).save(batch(), rows("t1"))
        with database.engine.connect() as other:
            other.execute(text("UPDATE prediction SET score = 0.1"))
            impatient = Database(parse(server), give_up_s=0.0)
            assert Results(impatient).register(NEWER)
            impatient.close()
            other.rollback()


def test_every_model_has_a_partition_of_its_own(server: str):
    """Which is what makes dropping one instant; its rows can go nowhere else."""
    with open_database(server) as database:
        for model in (EMOTION, NEWER):
            Results(database).register(model)
            Predictions(database).save(batch(model=model.model), rows("t1"))
        found = database.run(lambda c: c.execute(text("SELECT tableoid::regclass::text, model FROM prediction")).all())
        assert len({row[0] for row in found}) == len({row[1] for row in found}) == 2


def test_a_table_of_the_users_own_is_not_touched(address: str):
    """One that has the name of ours is told, with the way out."""
    from store.errors import TakenError

    with open_database(address) as database:
        pass
    database = Database(parse(address))
    with database.engine.begin() as connection:
        for name in ("run", "model"):
            connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(text("CREATE TABLE run (distance integer)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.execute(text("DROP VIEW current_label"))
    with pytest.raises(TakenError, match=r"needs: .*already exists"):
        open_database(address).__enter__()
    assert database.run(lambda c: c.execute(text("SELECT distance FROM run")).all()) == []
    database.close()
