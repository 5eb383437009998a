"""The trainer as a process: what it says is told, what it refuses is an error of this room."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from workbench import trainer
from workbench.errors import RunError, TrainingError


def file(folder: Path, labels: list[str]) -> str:
    path = folder / "texts.parquet"
    texts = [f"text number {n} of {n}" for n in range(len(labels))]
    parquet.write_table(pa.table({"text": texts, "label": labels}), path)
    return str(path)


def test_data_that_cannot_be_learnt_from_is_the_person_s_business(tmp_path: Path):
    """The trainer's own sentence is kept, with exit code 2."""
    with pytest.raises(RunError, match="different words, one for each fold") as caught:
        trainer.train("emotion", file(tmp_path, ["a"] * 9 + ["b"]), "text", "label", str(tmp_path), [], lambda _: None)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "saved_model").exists()


def test_a_wrong_option_is_told(tmp_path: Path):
    """As argparse says it."""
    with pytest.raises(RunError, match="expected 2 or more, found 1"):
        trainer.train("emotion", "none.csv", "text", "label", str(tmp_path), ["--folds", "1"], lambda _: None)


def test_a_model_in_place_of_other_data_is_kept(tmp_path: Path, shipped: Path):
    """Unless --replace is asked for, which the error says."""
    task_of_shipped, data = "sentiment", file(tmp_path, ["a", "b"] * 10)
    with pytest.raises(RunError, match="--replace"):
        trainer.train(task_of_shipped, data, "text", "label", str(shipped), [], lambda _: None)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [(["a", "error: a file: cannot be written: No space left", ""], "a file: cannot be written: No space left"),
     (["Traceback", "MemoryError"], "MemoryError"), ([], "exit code 1")],
)  # fmt: skip
def test_what_the_trainer_cannot_do_is_a_failure(lines: list[str], reason: str):
    """Exit code 1, with the line that says why."""
    with pytest.raises(TrainingError) as caught:
        trainer._fail("emotion", 1, lines)
    assert (caught.value.exit_code, caught.value.code, caught.value.reason) == (1, 1, reason)
