"""What jobs hand to each other: found by key, path or job; whole or not at all; never an old model over a new one."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pytest
from moto import mock_aws
from pyarrow import parquet

from workbench import extracts, handover, tabular, tabular_file
from workbench.bucket import Bucket
from workbench.errors import SourceError

KEY = "0123456789abcdef"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="outputs")
        yield Bucket(client, "outputs")


def client(bucket: Bucket) -> Any:
    return bucket._s3


def extract(folder: Path, key: str = KEY, rows: int = 3) -> Path:
    """As `select` leaves one."""
    made = folder / "extracts" / key
    made.mkdir(parents=True)
    parquet.write_table(pa.table({"item": list(range(rows))}), made / extracts.DATA)
    digest = sha256((made / extracts.DATA).read_bytes()).hexdigest()
    (made / extracts.PROVENANCE).write_text(json.dumps({"key": key, "rows": rows, "sha256": digest}))
    return made


def model(folder: Path, seed: int = 0) -> None:
    """As `media train` leaves one."""
    rows = np.array([[0.0, 1.0], [1.0, 0.0], [0.1, 0.9], [0.9, 0.1]]) + seed
    fitted = tabular.fit(rows, ["a", "b", "a", "b"], ("x", "y"), "logistic", 0)
    tabular_file.write(str(folder / "models" / "genre"), "genre", "1.0.0", fitted, rows, {})


@pytest.mark.parametrize("name", [KEY, KEY[:4], f".workbench/extracts/{KEY}", f"/elsewhere/{KEY}/", "jobs/j-1"])
def test_an_extract_is_found_by_each_of_its_names(bucket: Bucket, tmp_path: Path, name: str):
    """And is the one that was put, file by file."""
    made = extract(tmp_path / "a")
    assert handover.put_extracts(bucket, str(tmp_path / "a")) == [KEY]
    client(bucket).upload_file(
        str(made / extracts.PROVENANCE), "outputs", f"jobs/j-1/extracts/{KEY}/{extracts.PROVENANCE}"
    )
    place = Path(handover.fetch_extract(bucket, str(tmp_path / "b"), name))
    assert {one.name: one.read_bytes() for one in place.iterdir()} == {
        one.name: one.read_bytes() for one in made.iterdir()
    }
    assert extracts.load(str(place)).rows == 3


def test_a_beginning_of_two_keys_is_none(bucket: Bucket, tmp_path: Path):
    """The whole key of one of them is."""
    for key in (KEY, KEY[:8] + "00000000"):
        extract(tmp_path, key)
    handover.put_extracts(bucket, str(tmp_path))
    with pytest.raises(SourceError, match="found 2 that begin so"):
        handover.fetch_extract(bucket, str(tmp_path / "b"), KEY[:4])
    assert handover.fetch_extract(bucket, str(tmp_path / "b"), KEY).endswith(KEY)


def test_data_without_their_provenance_are_no_extract(bucket: Bucket, tmp_path: Path):
    """They are being written, or were cut off; the next who has the extract puts it whole."""
    made = extract(tmp_path / "a")
    client(bucket).upload_file(str(made / extracts.DATA), "outputs", f"extracts/{KEY}/{extracts.DATA}")
    with pytest.raises(SourceError, match="found none"):
        handover.fetch_extract(bucket, str(tmp_path / "b"), KEY)
    assert handover.put_extracts(bucket, str(tmp_path / "a")) == [KEY]
    assert handover.put_extracts(bucket, str(tmp_path / "a")) == []


def test_only_what_is_new_is_put(bucket: Bucket, tmp_path: Path):
    """What lay there before the command is not the job's."""
    extract(tmp_path)
    assert handover.put_extracts(bucket, str(tmp_path), before={KEY}) == []
    assert bucket.etags("extracts/") == {}


def test_of_a_job_that_was_tried_twice_the_last_extract_counts(bucket: Bucket, tmp_path: Path):
    """The data may have changed between the attempts."""
    other = "f" * 16
    for key in (KEY, other):
        extract(tmp_path, key)
    handover.put_extracts(bucket, str(tmp_path))
    for key in (KEY, other):
        client(bucket).put_object(Bucket="outputs", Key=f"jobs/j/extracts/{key}/{extracts.PROVENANCE}", Body=b"{}")
    written = bucket.times("jobs/j/")
    newest = max(written, key=lambda name: written[name]).split("/")[-2]
    assert handover.fetch_extract(bucket, str(tmp_path / "b"), "jobs/j").endswith(newest)


def test_a_model_that_was_fetched_is_not_put_again(bucket: Bucket, tmp_path: Path):
    """A job that labels by it while another one trains would put the old one over the new."""
    model(tmp_path / "a")
    [content] = handover.models(str(tmp_path / "a")).values()
    client(bucket).put_object(Bucket="outputs", Key="models/genre.zip", Body=content)
    handover.fetch_model(bucket, str(tmp_path / "b"), "genre")
    read, made = (tabular_file.read(str(tmp_path / name / "models" / "genre")) for name in "ba")
    assert read.content_hash == made.content_hash
    assert handover.models(str(tmp_path / "b")) == {}
    model(tmp_path / "b", seed=1)
    assert set(handover.models(str(tmp_path / "b"))) == {"genre"}


def test_a_fetched_model_follows_the_bucket_and_a_trained_one_does_not(bucket: Bucket, tmp_path: Path):
    """One is a copy, the other somebody's work."""
    for seed in (0, 1):
        model(tmp_path / f"{seed}", seed)
        [content] = handover.models(str(tmp_path / f"{seed}")).values()
        client(bucket).put_object(Bucket="outputs", Key="models/genre.zip", Body=content)
        handover.fetch_model(bucket, str(tmp_path / "copy"), "genre")
    handover.fetch_model(bucket, str(tmp_path / "0"), "genre")
    hashes = [tabular_file.read(str(tmp_path / name / "models" / "genre")).content_hash for name in ("0", "1", "copy")]
    assert hashes[2] == hashes[1] != hashes[0]


def test_a_model_that_is_nowhere_is_left_to_its_reader(bucket: Bucket, tmp_path: Path):
    """And what is no ZIP file is told."""
    handover.fetch_model(bucket, str(tmp_path), "genre")
    assert not (tmp_path / "models").exists()
    client(bucket).put_object(Bucket="outputs", Key="models/genre.zip", Body=b"no")
    with pytest.raises(SourceError, match=r"s3://outputs/models/genre\.zip: expected a ZIP file"):
        handover.fetch_model(bucket, str(tmp_path), "genre")
