"""The store's own commands, as a person gives them."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from store import schema
from store.database import open_database
from store.predictions import Batch, Predictions
from store.results import Model, Results
from store.reviews import Chunk, Counts, Reject, Reviews, Translation
from tests.store.test_reviews import review

ROOT = Path(__file__).parents[2]


def store(*arguments: str, code: int = 0) -> tuple[str, str]:
    command = [sys.executable, "-m", "store", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


@pytest.fixture
def filled(address: str) -> str:
    """Two pipelines of three reviews and a rejected row, and one translation."""
    with open_database(address) as database:
        for name in ("p1", "p2"):
            reviews = Reviews(database, name)
            reviews.register("sentiment-1.1.0", "{}")
            known = Translation("h1", "apertium:es-en", "3.7", "text", 0.1, False)
            reviews.save(
                Chunk("s", "a.csv", 0, 4), [review(n, name) for n in range(3)], [Reject(9, "no text")], [known]
            )
    return address


def test_info_tells_each_pipeline(filled: str):
    """And the schema and the translations."""
    output, _ = store("info", filled)
    assert f"schema {schema.newest()}, 1 translations" in output
    assert [line.split()[0] for line in output.splitlines()[1:]] == ["p1", "p2"]
    assert output.count("3 reviews  1 rejected") == 2


def test_upgrade_makes_the_tables(address: str):
    """Of an empty database."""
    output, _ = store("upgrade", address)
    assert output.endswith(f": schema {schema.newest()}\n")


def test_a_dropped_pipeline_is_gone_and_the_other_stays(filled: str):
    """Its chunks too, so that it can be done again; translations stay."""
    assert store("drop-pipeline", "p1", filled, "--yes")[0] == "3 reviews taken away\n"
    with open_database(filled) as database:
        assert Reviews(database, "p1").counts() == Counts(0, 0, 0, 0)
        assert Reviews(database, "p1").done("s") == {}
        assert Reviews(database, "p2").counts() == Counts(4, 3, 1, 3)
        assert len(Reviews(database, "p2").translations([("h1", "apertium:es-en", "3.7")])) == 1


def test_a_dropped_model_is_gone_with_its_predictions(address: str):
    """One that is not there is told with those that are; nothing goes without being asked."""
    with open_database(address) as database:
        Results(database).register(Model("emotion-1.0.0", "emotion", ("happy", "sad"), "abc"))
        rows = pa.table({"item": ["i"], "text_id": ["t"], "label": ["sad"], "score": [0.5]})
        Predictions(database).save(Batch("emotion-1.0.0", "posts", "b", "1"), rows)
    assert store("info", address)[0].splitlines()[-1] == "model emotion-1.0.0  emotion  1 predictions"
    assert "only emotion-1.0.0" in store("drop-model", "media-1", address, "--yes", code=2)[1]
    store("drop-model", "emotion-1.0.0", address, code=1)
    assert store("drop-model", "emotion-1.0.0", address, "--yes")[0] == "emotion-1.0.0 taken away\n"
    assert len(store("info", address)[0].splitlines()) == 1


def test_a_pipeline_that_is_not_there(filled: str):
    """Is told with those that are."""
    _, errors = store("drop-pipeline", "p9", filled, "--yes", code=2)
    assert "no pipeline 'p9'" in errors
    assert "only p1, p2" in errors


def test_nothing_goes_without_being_asked(filled: str):
    """No answer is no."""
    store("drop-pipeline", "p1", filled, code=1)
    assert "p1" in store("info", filled)[0]


@pytest.mark.parametrize("address", ["mysql://u:secret@h/d", "/nowhere/a.db", __file__, "/proc/a/b.db"])
@pytest.mark.parametrize("command", ["info", "upgrade"])
def test_a_wrong_address_is_one_line(address: str, command: str):
    """Without its password; what is only asked about is not made."""
    if (command, address) == ("upgrade", "/nowhere/a.db"):
        address = "/proc/nowhere.db"
    _, errors = store(command, address, code=2)
    assert errors.startswith("store: ")
    assert errors.count("\n") == 1
    assert "secret" not in errors
