"""From a subset to labelled items over separate jobs: each in a folder of its own, with S3 (moto's) between them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.database import open_database
from store.results import Results
from tests.workbench.conftest import BUCKET
from workbench import container
from workbench.example import made, place
from workbench.example.rows import Example

TRUTH = ("--truth", "genres", "--item", "play", "--label", "genre", "--task", "genre")
TRAINER = "--folds 2 --split-seeds 0 --epochs 1 --language en --jobs 1 --without-behaviour"
Job = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(s3: Any, tmp_path: Path) -> Path:
    """Sources and a database that every job reaches, with the settings of all jobs in the bucket."""
    lines, genres = made.films(12, 9)
    example = Example(made.comments(180), lines, genres, "data made here", (), "")
    toml = Path(place.write(str(tmp_path / "data"), example)).read_text()
    for name in ("data/comments/", "data/lines.parquet", "genres.csv"):
        toml = toml.replace(f'"{name}"', f'"{tmp_path}/data/{name}"')
    toml = toml.replace("sqlite:///workbench.db", f"sqlite:///{tmp_path}/data/workbench.db")
    s3.put_object(Bucket=BUCKET, Key="config/workbench.toml", Body=toml.encode())
    return tmp_path / "data"


@pytest.fixture
def job(s3: Any, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Job:
    """A function: a job's name and a command's words to its exit code and what it said; its folder is empty before."""
    assert data.is_dir()

    def run(name: str, *words: str) -> tuple[int, str, str]:
        folder = tmp_path / "jobs" / name
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        environment = {container.BUCKET: BUCKET, "AWS_BATCH_JOB_ID": name}
        monkeypatch.setenv(container.BUCKET, BUCKET)
        here = ["--artifacts", str(folder)] if words[0] == "emotion" else []
        code = container.main([*words, *here], environment, s3, str(folder))
        return (code, *capfd.readouterr())

    return run


def keys(s3: Any, prefix: str) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())]


def test_jobs_go_on_where_others_ended(job: Job, s3: Any, data: Path, tmp_path: Path):
    """Each step of docs/workbench-aws.md, none of which finds anything but what S3 and the database hold."""
    assert job("select", "select", "comments", "--split", "column:part")[0] == 0
    [key] = {name.split("/")[1] for name in keys(s3, "extracts/")}
    assert keys(s3, "extracts/") == [f"extracts/{key}/data.parquet", f"extracts/{key}/provenance.json"]
    code, said, told = job("train", "emotion", "train", "jobs/select", "--trainer", TRAINER)
    assert code == 0, said + told
    code, said, told = job("validate", "emotion", "validate", key[:8], "--by", "fold")
    assert code == 0, said + told
    assert "word for word" in said
    assert job("label", "emotion", "label", "lines", "--position", "position")[0] == 0
    assert not (tmp_path / "jobs" / "label" / ".workbench" / "extracts").exists()
    assert job("features", "media", "features", "lines", "--out", ".workbench/features.csv")[0] == 0
    assert "jobs/features/features.csv" in keys(s3, "jobs/features/")
    assert job("media-train", "media", "train", "lines", *TRUTH)[0] == 0
    assert keys(s3, "models/") == ["models/genre.zip"]
    code, said, told = job("media-label", "media", "label", "lines", "--task", "genre")
    assert (code, said.splitlines()[0]) == (0, "12 items by genre-1.0.0, 12 rows new or changed")
    assert "models/genre.zip" not in said
    with open_database(f"sqlite:///{data}/workbench.db") as database:
        kinds = {(one.kind, one.task) for one in Results(database).runs()}
    assert kinds == {("train", "emotion"), ("validate", "emotion"), ("label", "emotion"), ("train", "genre")}


@pytest.mark.parametrize("name", ["0123456789abcdef", "0123", "jobs/nobody", ".workbench/extracts/0123456789abcdef"])
def test_an_extract_that_is_nowhere_is_told_with_what_makes_one(job: Job, name: str):
    """In one line, before anything is read."""
    code, _, told = job("train", "emotion", "train", name)
    assert (code, told.count("\n")) == (2, 1)
    expected = f"{name}: expected an extract here, or below s3://{BUCKET}/extracts/, which `select SOURCE"
    assert expected in re.sub(r"^workbench: ", "", told)


def test_an_extract_that_was_spoilt_is_refused_and_mended(job: Job, s3: Any, tmp_path: Path):
    """The SHA-256 of its provenance is what counts; selecting it again puts it right."""
    words = ("select", "comments", "--split", "column:part")
    job("select", *words)
    data = next(one for one in keys(s3, "extracts/") if one.endswith("data.parquet"))
    key, content = data.split("/")[1], s3.get_object(Bucket=BUCKET, Key=data)["Body"].read()
    s3.put_object(Bucket=BUCKET, Key=data, Body=content[:-1])
    code, _, told = job("validate", "emotion", "validate", key)
    assert (code, told.count("\n")) == (2, 1)
    assert f"s3://{BUCKET}/extracts/{key}/: expected SHA-256" in told
    assert not (tmp_path / "jobs" / "validate" / ".workbench" / "extracts" / key).exists()
    job("again", *words)
    assert s3.get_object(Bucket=BUCKET, Key=data)["Body"].read() == content
    assert f"extracts/{key}" not in job("once-more", *words)[1].split("\n", 1)[1]
