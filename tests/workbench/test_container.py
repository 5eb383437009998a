"""A job's container: files from S3 (moto's) before a real command, files to S3 after it, whatever became of it."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.conftest import BUCKET
from textmodel import load
from textmodel.publish import publish
from workbench import container

PLACE = {container.BUCKET: BUCKET, "AWS_BATCH_JOB_ID": "job-1"}


@pytest.fixture
def s3(s3: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The same, and a folder of the job's own to work in."""
    monkeypatch.chdir(tmp_path)
    return s3


def keys(s3: Any) -> list[str]:
    return sorted(one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()))


def test_a_command_runs_with_the_shared_settings(s3: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    """What it writes for people goes to the job's folder; rows and the database stay."""
    (tmp_path / "truth.csv").write_text("item,genre\nhamlet,tragedy\n")
    (tmp_path / ".workbench" / "cache").mkdir(parents=True)
    for name in ("report.html", "rows.parquet", "cache/figures.json"):
        (tmp_path / ".workbench" / name).write_text("{}")
    settings = f'[store]\nurl = "{tmp_path}/a.db"\n[sources.truth]\npath = "{tmp_path}/truth.csv"\n'
    s3.put_object(Bucket=BUCKET, Key="config/workbench.toml", Body=settings.encode())
    assert container.main(["catalog"], PLACE, s3, str(tmp_path / "root")) == 0
    assert "truth" in capfd.readouterr().out
    new = [key for key in keys(s3) if key != "config/workbench.toml"]
    assert {"jobs/job-1/report.html", "jobs/job-1/cache/figures.json"} <= set(new)
    assert all(key.startswith("jobs/job-1/") and not key.endswith(".parquet") for key in new)


def test_a_commands_exit_code_is_the_jobs(s3: Any, tmp_path: Path):
    """Files go out all the same."""
    (tmp_path / ".workbench").mkdir()
    (tmp_path / ".workbench" / "report.html").write_text("so far")
    (tmp_path / "workbench.toml").write_text("engine = 3\n")
    assert container.main(["catalog"], PLACE, s3, str(tmp_path / "root")) == 2
    assert keys(s3) == ["jobs/job-1/report.html"]


def test_a_pair_goes_from_one_job_to_the_next(s3: Any, tmp_path: Path, make_artifact: Callable[..., Any]):
    """As one object, so never in halves; a job that has trained nothing writes none."""
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    publish(here, make_artifact(task="emotion"), ["Good."], {})
    container._take(s3, BUCKET, "job-1", here, ".workbench", container.Before({}, {}, set()))
    assert keys(s3) == ["artifacts/emotion.zip"]
    container._bring(s3, BUCKET, there)
    assert load("emotion", there).classify("profit rose") == load("emotion", here).classify("profit rose")
    before = container.state(there, ".workbench")
    assert before.pairs == container.artifacts(here)
    s3.delete_object(Bucket=BUCKET, Key="artifacts/emotion.zip")
    container._take(s3, BUCKET, "job-2", there, ".workbench", before)
    assert keys(s3) == []


def test_the_folder_of_the_settings_is_the_one_that_is_kept(s3: Any, tmp_path: Path):
    """Reports go out of wherever they are written."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "report.html").write_text("{}")
    s3.put_object(Bucket=BUCKET, Key="config/workbench.toml", Body=b'folder = "own"\n')
    assert container.main(["catalog"], PLACE, s3, str(tmp_path / "root")) == 0
    assert "jobs/job-1/report.html" in keys(s3)


def test_an_archive_that_is_none_is_told_in_one_line(s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """With its place."""
    s3.put_object(Bucket=BUCKET, Key="artifacts/emotion.zip", Body=b"no")
    assert container.main(["catalog"], PLACE, s3, str(tmp_path / "root")) == 2
    error = capsys.readouterr().err
    assert (f"s3://{BUCKET}/artifacts/emotion.zip" in error, error.count("\n")) == (True, 1)


def test_an_archive_writes_nowhere_else(s3: Any, tmp_path: Path):
    """Whatever its names are."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../outside", "x")
    s3.upload_file(str(tmp_path / "a.zip"), BUCKET, "artifacts/a.zip")
    container._bring(s3, BUCKET, str(tmp_path / "root"))
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (["catalog"], {}, container.BUCKET),
        (["catalog"], {container.BUCKET: "elsewhere"}, "NoSuchBucket"),
        (["prepare"], {}, "--user NAME"),
        (["prepare", "--user", "workbench"], {}, "UNDERTONE_WORKBENCH_STORE"),
        (["prepare", "--user", "workbench"], {"UNDERTONE_WORKBENCH_STORE": "a.db"}, "PostgreSQL"),
    ],
)
def test_what_is_missing_is_one_line_and_exit_code_2(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], environment: dict, told: str
):
    assert container.main(words, environment, s3, str(tmp_path)) == 2
    error = capsys.readouterr().err
    assert (told in error, error.count("\n")) == (True, 1)
