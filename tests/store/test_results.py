"""Models, runs and truth: stored once, whoever stores them and how often; another result is refused."""

import multiprocessing

import pytest
from sqlalchemy import select

from store.database import Database, open_database
from store.errors import ConflictError, MissingError, RowsError
from store.results import Confusion, Metric, Model, Results, Run, Transfer, TruthRow
from store.tables import METADATA, RUN

EMOTION = Model("emotion-1.0.0", "emotion", ("angry", "happy", "sad"), "abc", {"by": "test"})
VALIDATE = Run("validate", "emotion", "emotion-1.0.0", 0, {"source": "test@1", "where": "é"}, 300, 1.5, "ann")
METRICS = [
    Metric("test", "macro-f1", 0.7251234567890123, 300, low=0.70, high=0.75),
    Metric("test", "f1", 0.8, 100, slice="label=happy"),
    Metric("fold-0", "macro-f1", -0.25, 60),
]
CONFUSION = [Confusion("test", "happy", "sad", 7), Confusion("test", "sad", "happy", 0)]
MOVED = [Transfer("duckdb", "SELECT 'é'", 3, 120, False), Transfer("postgres", "SELECT 1", 1, 8, True)]


@pytest.fixture
def results(database: Database) -> Results:
    return Results(database)


def everything(database: Database) -> dict[str, list[tuple]]:
    """All rows of all tables."""
    tables = METADATA.sorted_tables
    return database.run(lambda c: {t.name: sorted(map(tuple, c.execute(select(t))), key=repr) for t in tables})


def test_a_run_comes_back_as_it_was(results: Results):
    """With its figures to the last digit, and the bytes of its queries summed."""
    assert results.save_run(VALIDATE, METRICS, CONFUSION, MOVED)
    stored = results.run(VALIDATE.key)
    assert (stored.kind, stored.task, stored.model, stored.seed, stored.rows, stored.seconds, stored.made_by) == (
        "validate", "emotion", "emotion-1.0.0", 0, 300, 1.5, "ann",
    )  # fmt: skip
    assert stored.provenance == VALIDATE.provenance
    assert stored.bytes_moved == 128
    assert set(results.metrics(VALIDATE.key)) == set(METRICS)
    assert set(results.confusion(VALIDATE.key)) == set(CONFUSION)
    assert results.transfers(VALIDATE.key) == MOVED


def test_a_replay_changes_nothing(results: Results, database: Database):
    """Although it took longer, moved nothing and somebody else did it; sums may differ in their last digits."""
    results.save_run(VALIDATE, METRICS, CONFUSION, MOVED)
    before = everything(database)
    metrics = [one._replace(value=one.value + 1e-12) for one in METRICS]
    assert not results.save_run(VALIDATE._replace(seconds=9.0, made_by="bob"), metrics, CONFUSION)
    assert everything(database) == before


@pytest.mark.parametrize(
    ("metrics", "confusion", "told"),
    [
        ([METRICS[0]._replace(value=0.73), *METRICS[1:]], CONFUSION, r"macro-f1 0\.725\d+, this one has 0\.73$"),
        (METRICS[:2], CONFUSION, r"fold-0 macro-f1 -0\.25, this one has None$"),
        (METRICS, [CONFUSION[0], CONFUSION[1]._replace(rows=1)], r"test sad happy 0, this one has 1$"),
    ],
)
def test_another_result_of_the_same_work_is_refused(
    results: Results, database: Database, metrics: list[Metric], confusion: list[Confusion], told: str
):
    """With the figure that differs and both values; what is stored stays."""
    results.save_run(VALIDATE, METRICS, CONFUSION)
    before = everything(database)
    with pytest.raises(ConflictError, match=told):
        results.save_run(VALIDATE, metrics, confusion)
    assert everything(database) == before


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ([Metric("test", "f1", float("nan"), 3, slice="label=sad")], "metric f1: expected a number, found nan on test"),
        ([METRICS[0], METRICS[0]._replace(value=0.1)], "metric: expected each figure once, found test macro-f1 twice"),
    ],
)
def test_figures_that_are_none_are_refused(results: Results, metrics: list[Metric], told: str):
    """Before anything is stored."""
    with pytest.raises(RowsError, match=told):
        results.save_run(VALIDATE, metrics)
    assert results.runs() == []


def test_all_that_decides_a_result_is_in_its_key():
    """And nothing else: not who did it, nor how long it took, nor the order of the parameters."""
    others = [
        VALIDATE._replace(kind="train"), VALIDATE._replace(task="media"), VALIDATE._replace(model="emotion-1.0.1"),
        VALIDATE._replace(seed=1), VALIDATE._replace(provenance={**VALIDATE.provenance, "source": "test@2"}),
    ]  # fmt: skip
    assert len({one.key for one in (VALIDATE, *others)}) == 6
    turned = dict(reversed(VALIDATE.provenance.items()))
    assert VALIDATE._replace(rows=1, seconds=2.0, made_by="bob", provenance=turned).key == VALIDATE.key


def test_runs_are_told_by_task_and_kind_the_newest_first(results: Results):
    """A beginning of the key is enough where it is one run's."""
    made = [VALIDATE, VALIDATE._replace(seed=1), VALIDATE._replace(kind="train"), VALIDATE._replace(task="media")]
    for one in made:
        results.save_run(one)
    assert [one.run for one in results.runs()] == [one.key for one in reversed(made)]
    assert [one.run for one in results.runs("emotion", "validate")] == [made[1].key, made[0].key]
    assert results.run(made[2].key[:6]).kind == "train"
    for wrong in ("", "zzz"):
        with pytest.raises(MissingError, match=f"no run '{wrong}' in the store, only {made[3].key}"):
            results.run(wrong)


def test_a_dropped_run_is_gone_with_its_figures(results: Results, database: Database):
    """And the other one stays."""
    other = VALIDATE._replace(seed=1)
    results.save_run(other, METRICS, CONFUSION, MOVED)
    before = everything(database)
    results.save_run(VALIDATE, METRICS, CONFUSION, MOVED)
    results.drop_run(VALIDATE.key)
    assert everything(database) == before


def test_a_model_is_registered_once(results: Results):
    """The same again is nothing new."""
    assert results.register(EMOTION)
    assert not results.register(EMOTION)
    assert results.models() == [EMOTION]
    assert results.model("emotion-1.0.0") == EMOTION
    assert results.models("media") == []


@pytest.mark.parametrize("changed", [{"content_hash": "xyz"}, {"labels": ("happy", "angry", "sad")}, {"task": "media"}])
def test_a_name_means_one_model(results: Results, changed: dict):
    """Other weights or labels under its name would mix two models' predictions."""
    results.register(EMOTION)
    with pytest.raises(ConflictError, match=f"model emotion-1.0.0 is stored already with {next(iter(changed))} "):
        results.register(EMOTION._replace(**changed))
    assert results.models() == [EMOTION]


def test_a_model_that_is_not_there_is_told_with_those_that_are(results: Results):
    """So that one sees the right name."""
    results.register(EMOTION)
    with pytest.raises(MissingError, match=r"no model 'emotion' in the store, only emotion-1\.0\.0"):
        results.model("emotion")


def test_truth_is_what_was_given_last(results: Results):
    """A row that is no longer there goes; the same again changes nothing; texts of an item have their own."""
    first = [TruthRow("hamlet", "tragedy"), TruthRow("tempest", "comedy"), TruthRow("tempest", "sad", "t1")]
    assert results.save_truth("genres", first, "v1") == 3
    assert results.save_truth("genres", first, "v2") == 0
    assert results.save_truth("genres", [first[0], TruthRow("tempest", "romance"), first[2]][:2], "v3") == 2
    assert results.truth("genres") == [TruthRow("hamlet", "tragedy"), TruthRow("tempest", "romance")]
    assert results.truth("other") == []


def test_truth_with_two_labels_for_an_item_is_refused(results: Results):
    """Nobody can say which is right."""
    with pytest.raises(RowsError, match="one label for each item, found 'comedy' and 'tragedy' for item 'hamlet'"):
        results.save_truth("genres", [TruthRow("hamlet", "comedy"), TruthRow("hamlet", "tragedy")], "v1")


def _stores(address: str, begin: object, told: object, value: float) -> None:
    with open_database(address) as database:
        results = Results(database)
        begin.wait(60)
        results.register(EMOTION)
        try:
            told.put(results.save_run(VALIDATE, [METRICS[0]._replace(value=value)], CONFUSION, MOVED))
        except ConflictError:
            told.put("conflict")


@pytest.mark.parametrize(("values", "expected"), [((0.5, 0.5, 0.5), {True, False}), ((0.5, 0.6), {True, "conflict"})])
def test_analysts_that_store_the_same_run_at_once(address: str, values: tuple[float, ...], expected: set):
    """One stores it, the others find it done, or are told that theirs is another result."""
    context = multiprocessing.get_context("spawn")
    begin, told = context.Barrier(len(values)), context.Queue()
    processes = [context.Process(target=_stores, args=(address, begin, told, value)) for value in values]
    for process in processes:
        process.start()
    found = [told.get(timeout=60) for _ in values]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(values)
    assert (found.count(True), set(found)) == (1, expected)
    with open_database(address) as database:
        assert database.run(lambda c: len(c.execute(select(RUN)).all())) == 1
        assert len(Results(database).metrics(VALIDATE.key)) == 1
